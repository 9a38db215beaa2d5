// What a command prints arrives, or its exit code says that it did not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "results/store/reader.h"
#include "tests/harness/child_process.h"
#include "tests/harness/store_with_foreign_text.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using Stdout = ChildProcess::Stdout;

class Output : public testing::Test {
 protected:
  Output() {
    WriteForeignStore(Path("x.db"), "");
    std::ofstream(Path("w.jsonl")) << "{\"turns\": [\"a\"]}\n";
  }
  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::vector<std::vector<std::string>> Commands() const {
    return {{"--help"},
            {"--version"},
            {"run", "--help"},
            {"help"},
            {"help", "--markdown"},
            {"completion", "bash"},
            {"env"},
            {"env", "--format", "json"},
            {"report", Path("x.db"), "--resamples", "100"},
            {"report", Path("x.db"), "--resamples", "100", "--format", "json"},
            {"report", Path("x.db"), "--resamples", "100", "--format", "markdown"},
            {"compare", Path("x.db"), "--resamples", "100"},
            {"compare", Path("x.db"), "--resamples", "100", "--format", "json"},
            {"gate", "--print-policy"},
            {"gate", "--baseline", Path("x.db:2"), "--candidate", Path("x.db:2"), "--verdict",
             Path("v.json"), "--no-store"},
            {"timeline", Path("x.db"), "--output", Path("t.json")},
            {"selftest", "--requests", "2"},
            {"selftest", "--requests", "2", "--format", "json"},
            {"run", "--engine", "null", "--workload", Path("w.jsonl"), "--output", Path("new.db"),
             "--max-tokens", "4"}};
  }

  const TemporaryFolder folder_;
};

TEST_F(Output, AFullDiskIsAFailedResource) {
  std::vector<std::vector<std::string>> commands = Commands();
  commands.push_back({"prove"});  // seconds of work: once
  for (const auto& command : commands) {
    const ChildResult result = RunChild(command, {}, Stdout::kFull);
    EXPECT_EQ(result.exit_code, 3) << command[0] << ' ' << command.back() << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr("standard output: cannot be written: No space"));
  }
  // The run itself is stored.
  EXPECT_EQ(ReadRuns(Store(Path("new.db"), {.mode = Store::Mode::kReadOnly})).size(), 2u);
}

TEST_F(Output, AClosedStreamIsAFailedResourceAndTakesNoFilesPlace) {
  for (const auto& command : Commands()) {
    const ChildResult result = RunChild(command, {}, Stdout::kClosed);
    EXPECT_EQ(result.exit_code, 3) << command[0] << ' ' << command.back() << ": " << result.err;
  }
  const Store store(Path("new.db"), {.mode = Store::Mode::kReadOnly});
  EXPECT_EQ(store.IntegrityCheck(), "ok");
  std::ifstream trace(Path("t.json"));
  const std::string text((std::istreambuf_iterator<char>(trace)), {});
  EXPECT_TRUE(text.ends_with("]}\n"));
}

// Names are relative to a folder that is no more, as on a disk that was taken out.
TEST_F(Output, AWorkingFolderThatIsGoneIsNoFaultOfTheProgram) {
  const auto in_nowhere = [&](const std::string& arguments) {
    const std::string gone = Path("gone");
    return std::system(("mkdir " + gone + " && cd " + gone + " && rmdir " + gone + " && " +
                        std::string(DSB_BINARY) + ' ' + arguments + " >" + Path("out") + " 2>" +
                        Path("err"))
                           .c_str()) >>
           8;
  };
  EXPECT_EQ(in_nowhere("report " + Path("x.db")), 0);
  EXPECT_EQ(in_nowhere("timeline " + Path("x.db") + " --output " + Path("t.json")), 0);
  for (const std::string& arguments : std::vector<std::string>{
           "timeline " + Path("x.db") + " --output t.json",
           "report " + Path("x.db") + " --html h.html",
           "run --engine null --workload " + Path("w.jsonl") + " --output new.db",
           "report " + Path("x.db") + " --figures figures"}) {
    EXPECT_EQ(in_nowhere(arguments) | 1, 3) << arguments;  // bad input or a missing resource
  }
}

TEST_F(Output, AReaderThatGoesIsNoError) {
  for (const auto& command : Commands()) {
    const ChildResult result = RunChild(command, {}, Stdout::kBroken);
    EXPECT_EQ(result.signal, 0);
    EXPECT_NE(result.exit_code, 3) << command[0] << ' ' << command.back() << ": " << result.err;
    if (result.exit_code == 2) continue;  // a gate on a run and itself
    EXPECT_EQ(result.err.find("error"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace dsb
