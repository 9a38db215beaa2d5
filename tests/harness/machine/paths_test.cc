// Shipped files and the target are found from where the program is, or a message says where it
// looked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/temporary_folder.h"
#include "tests/build_paths.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

// The program in PREFIX/bin, run from another folder, without variables but those that a test sets.
class Paths : public testing::Test {
 protected:
  Paths() {
    fs::create_directories(prefix_ / "bin");
    fs::create_directories(prefix_ / "elsewhere");
    fs::copy_file(DSB_BINARY, prefix_ / "bin/dsbench");
  }

  static void WriteWorkloads(const fs::path& folder) {
    fs::create_directories(folder);
    for (const char* name : {"math", "code", "chat"}) {
      std::ofstream(folder / (std::string(name) + ".jsonl"))
          << "{\"turns\": [\"one\"], \"domain\": \"" << name << "\"}\n";
    }
  }
  // Exit code of the program, and what it says in `said_`.
  int Run(const std::string& variables, const std::string& arguments) {
    const std::string command = "cd '" + (prefix_ / "elsewhere").string() + "' && env -i " +
                                variables + " ../bin/dsbench " + arguments + " 2>&1";
    std::FILE* const pipe = popen(command.c_str(), "r");
    said_.clear();
    char buffer[4096];
    while (const size_t size = std::fread(buffer, 1, sizeof buffer, pipe))
      said_.append(buffer, size);
    return WEXITSTATUS(pclose(pipe));
  }
  void ExpectSaid(const std::string& part) const {
    EXPECT_NE(said_.find(part), std::string::npos) << part << " not in: " << said_;
  }
  std::string Folder(const std::string& name) const {
    return (fs::canonical(prefix_.path()) / name).string();
  }

  const TemporaryFolder prefix_;
  const std::string null_run_ =
      "run --engine null --no-report --max-tokens 3 --warmup 0 --output out.db";
  std::string said_;
};

TEST_F(Paths, WorkloadsInAnInstalledOrABuiltShareFolder) {
  for (const char* share : {"share", "bin/share"}) {
    WriteWorkloads(prefix_ / share / "dsbench/workloads");
    EXPECT_EQ(Run("", null_run_), 0) << said_;
    fs::remove_all(prefix_ / share);
    fs::remove(prefix_ / "elsewhere/out.db");
  }
}

TEST_F(Paths, MissingWorkloadsAreNamedWithThePlacesAndTheWaysOut) {
  EXPECT_EQ(Run("", null_run_), 3);
  ExpectSaid(Folder("share/dsbench/workloads/math.jsonl"));
  ExpectSaid(Folder("bin/share/dsbench/workloads/math.jsonl"));
  ExpectSaid("--workload");
  ExpectSaid("DSBENCH_WORKLOADS");
}

TEST_F(Paths, VariablesComeFirstAndAreNamedWhereTheyAreWrong) {
  WriteWorkloads(prefix_ / "share/dsbench/workloads");
  WriteWorkloads(prefix_ / "mine");
  EXPECT_EQ(Run("DSBENCH_WORKLOADS=../mine", null_run_), 0) << said_;
  EXPECT_EQ(Run("DSBENCH_WORKLOADS=../none", null_run_), 3);
  ExpectSaid("DSBENCH_WORKLOADS: found no '../none/math.jsonl'");
  std::ofstream(prefix_ / "target");
  EXPECT_EQ(Run("DSBENCH_TARGET=../target DSBENCH_MODELS=../none", "run"), 3);
  ExpectSaid("DSBENCH_MODELS: found no '../none/dspark'");
  EXPECT_EQ(Run("DSBENCH_TARGET=../none", "run"), 3);
  ExpectSaid("DSBENCH_TARGET: found no file or folder '../none'");
}

TEST_F(Paths, TheTargetsCacheIsNeverInTheWorkingFolder) {
  for (const char* home : {"", "HOME=", "HOME=relative XDG_CACHE_HOME=relative"}) {
    EXPECT_EQ(Run(home, "run"), 3);
    for (const char* part : {"DSBENCH_CACHE", "XDG_CACHE_HOME", "HOME", "--target"})
      ExpectSaid(part);
  }
  EXPECT_EQ(Run("HOME=/no/home", "run"), 3);
  ExpectSaid("/no/home/.cache/dsbench/SmolLM2-135M-Instruct.Q4_1.gguf");
  EXPECT_EQ(said_.find("fetch it with"), std::string::npos) << said_;
  fs::create_directories(prefix_ / "share/dsbench/ci");
  std::ofstream(prefix_ / "share/dsbench/ci/fetch_target.py");
  EXPECT_EQ(Run("HOME=/no/home", "run"), 3);
  ExpectSaid("fetch it with: python3 " + Folder("share/dsbench/ci/fetch_target.py"));
}

TEST_F(Paths, NoFolderOfTheSourceIsCompiledIn) {
  std::ifstream file(DSB_BINARY, std::ios::binary);
  const std::string program((std::istreambuf_iterator<char>(file)), {});
  ASSERT_NE(program.find("share"), std::string::npos);
  // Sources that a sanitizer names in its messages are no folders.
  for (size_t at = 0; (at = program.find(DSB_SOURCE_DIR "/", at)) != std::string::npos; ++at) {
    const std::string text = program.c_str() + at;
    EXPECT_THAT(text, testing::ContainsRegex("\\.(cc|h)($|:|\\))"));
  }
}

}  // namespace
}  // namespace dsb
