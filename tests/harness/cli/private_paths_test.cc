// A results file holds no folder of the machine that made it, and its command line makes it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "results/run_facts.h"
#include "results/store/reader.h"
#include "results/store/store.h"
#include "tests/harness/child_process.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class PrivatePaths : public testing::Test {
 protected:
  PrivatePaths() : home_(folder_ / "alice-at-home") {
    fs::create_directories(home_ / "deep" / "data");
    fs::create_directories(folder_ / "elsewhere");
    for (const char* name : {"a", "b", "c,d"}) {
      std::ofstream(home_ / "deep" / "data" / (std::string(name) + ".jsonl"))
          << "{\"turns\": [\"" << name << "\"], \"id\": \"" << name[0] << "\"}\n";
    }
  }
  // Runs `arguments` in a folder, through a shell.
  static int RunIn(const fs::path& where, const std::string& arguments) {
    const std::string command =
        "cd '" + where.string() + "' && " + DSB_BINARY + ' ' + arguments + " >out 2>err";
    return std::system(command.c_str()) >> 8;
  }
  static std::string Contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::vector<RunRecord> Runs(const fs::path& path) {
    return ReadRuns(Store(path.string(), {.mode = Store::Mode::kReadOnly}));
  }

  const TemporaryFolder folder_;
  const fs::path home_;
};

TEST_F(PrivatePaths, NoFolderIsStoredHoweverItIsGiven) {
  const std::string data = (home_ / "deep" / "data").string();
  const std::vector<std::string> forms = {
      "--workload " + data + "/a.jsonl --output " + data + "/x.db",
      "--workload=" + data + "/a.jsonl --output=" + data + "/x.db --timeline=" + data + "/t.json",
      "--workload " + data + "/a.jsonl," + data + "/b.jsonl --output x.db",
      "--workload ../alice-at-home/deep/data/a.jsonl --output ../alice-at-home/x.db",
      "--workload ./../alice-at-home/deep/../deep/data/a.jsonl --output x.db",
      "--workload '" + data + "/c,d.jsonl' --output x.db",
      "--config " + data + "/c.json --output x.db",
      "--workload " + data +
          "/a.jsonl --output x.db --drafters none,dspark --drafter-path dspark=" + data,
      "--workload " + data + "/a.jsonl --output x.db --drafter-path=dspark=../alice-at-home/deep",
      "--workload " + data + "/a.jsonl --output x.db --target " + data + "/t.gguf",
  };
  std::ofstream(home_ / "deep" / "data" / "c.json") << nlohmann::json{
      {"workload", {data + "/a.jsonl", data + "/b.jsonl"}}, {"drafter-path", "dspark=" + data}};
  for (const std::string& form : forms) {
    ASSERT_EQ(RunIn(folder_ / "elsewhere", "run --engine null --max-tokens 4 --limit 1 " + form), 0)
        << form << Contents(folder_ / "elsewhere" / "err");
    for (const fs::path& path :
         {folder_ / "elsewhere" / "x.db", home_ / "x.db", home_ / "deep" / "data" / "x.db"}) {
      if (!fs::exists(path)) continue;
      EXPECT_EQ(Contents(path).find("alice"), std::string::npos) << form;
      EXPECT_EQ(Contents(path).find(folder_.path().string()), std::string::npos) << form;
      fs::remove(path);
    }
  }
}

// Pasted into a folder that has what it names, the line makes a run of the same configuration.
TEST_F(PrivatePaths, TheStoredLineRunsWhereItsFilesLie) {
  const std::string data = (home_ / "deep" / "data").string();
  ASSERT_EQ(RunIn(folder_ / "elsewhere",
                  "run --engine null --workload '" + data + "/c,d.jsonl' --workload " + data +
                      "/a.jsonl --drafters 'none, dspark:2' --max-tokens 5 --seed 7 --label "
                      "\"it's \\$HOME\" --temperature 0.25 --too-long skip --output " +
                      data + "/x.db"),
            0)
      << Contents(folder_ / "elsewhere" / "err");
  const std::vector<RunRecord> first = Runs(home_ / "deep" / "data" / "x.db");
  const std::string line = ConfigOf(first[0]).command_line;
  fs::remove(home_ / "deep" / "data" / "x.db");
  ASSERT_TRUE(line.starts_with("dsbench ")) << line;
  ASSERT_EQ(RunIn(home_ / "deep" / "data", line.substr(8)), 0)
      << line << Contents(home_ / "deep" / "data" / "err");
  const std::vector<RunRecord> again = Runs(home_ / "deep" / "data" / "x.db");
  ASSERT_EQ(again.size(), first.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(again[i].config_sha256, first[i].config_sha256);
    EXPECT_EQ(ConfigOf(again[i]).command_line, line);
  }
}

}  // namespace
}  // namespace dsb
