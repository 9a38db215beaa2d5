// The program on tiny models in folders: what of a model's files is part of a run's identity, and
// how prompts are rendered where the folder does not say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "tests/engines/target_folder.h"
#include "tests/harness/run_here.h"

namespace dsb {
namespace {

using testing::HasSubstr;

class ModelIdentity : public testing::Test {
 protected:
  ModelIdentity() {
    std::ofstream(workload_) << R"({"id": "a", "turns": ["hello world"]})" << '\n'
                             << R"({"id": "b", "turns": ["aa bb cc 12"]})" << '\n';
    drafter_.config["architectures"] = {"Qwen3DSparkModel"};
  }
  // `output`: a name in the folder; more arguments behind.
  ChildResult Run(const std::string& output, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"run",
                                          "--target",
                                          target_.Write(),
                                          "--drafters",
                                          "none,dspark",
                                          "--drafter-path",
                                          "dspark=" + drafter_.Write(),
                                          "--workload",
                                          workload_,
                                          "--threads",
                                          "1",
                                          "--max-tokens",
                                          "8",
                                          "--warmup",
                                          "0",
                                          "--no-report",
                                          "--output",
                                          folder_ / output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunHere(arguments);
  }
  void ExpectRun(const std::string& output) {
    const ChildResult result = Run(output);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  void ExpectNoResume(const std::string& output, const std::string& field) {
    const ChildResult result = Run(output, {"--resume"});
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr("differs from the stored run's in"));
    EXPECT_THAT(result.err, HasSubstr(field));
  }
  ChildResult Compare(const std::string& before, const std::string& after) const {
    return RunHere({"compare", folder_ / before, folder_ / after});
  }

  const TemporaryFolder folder_;
  const std::string workload_ = folder_ / "w.jsonl";
  TargetFolder target_{"qwen3"};
  CheckpointCopy drafter_{golden::Root() + "/drafters/dspark_vanilla"};
};

TEST_F(ModelIdentity, TheSameFilesAreTheSameRun) {
  ExpectRun("a.db");
  const ChildResult again = Run("a.db", {"--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
}

TEST_F(ModelIdentity, ADraftersConfigurationIsPartOfIt) {
  ExpectRun("a.db");
  drafter_.config["target_layer_ids"] = {0, 2, 3};
  ExpectNoResume("a.db", "drafter_identity_sha256");
}

TEST_F(ModelIdentity, ATargetsTextFilesArePartOfIt) {
  ExpectRun("a.db");
  target_.text.others["generation_config.json"] = R"({"eos_token_id": 7})";
  ExpectNoResume("a.db", "target_identity_sha256");
  ExpectRun("b.db");
  const ChildResult compared = Compare("a.db", "b.db");
  EXPECT_EQ(compared.exit_code, 2) << compared.out;
  EXPECT_THAT(compared.err, HasSubstr("target_identity_sha256"));
  const std::string json =
      RunHere({"report", folder_ / "b.db", "--resamples", "100", "--format", "json"}).out;
  EXPECT_THAT(json, HasSubstr("\"target_identity_sha256\""));
}

TEST_F(ModelIdentity, ThePromptFormIsPartOfIt) {
  ExpectRun("a.db");
  const ChildResult resumed = Run("a.db", {"--resume", "--prompt-form", "raw"});
  EXPECT_EQ(resumed.exit_code, 2);
  EXPECT_THAT(resumed.err, HasSubstr("prompt_form (stored \"auto\", now \"raw\")"));
}

TEST_F(ModelIdentity, ATargetWithoutATemplateIsRunByAForm) {
  target_.text.tokenizer_config.erase("chat_template");
  const ChildResult refused = Run("a.db");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--prompt-form"));
  for (const char* form : {"raw", "chatml"}) {
    const ChildResult result = Run(std::string(form) + ".db", {"--prompt-form", form});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(result.err.find("warning"), std::string::npos) << result.err;
  }
  const ChildResult unknown = Run("c.db", {"--prompt-form", "llama3"});
  EXPECT_EQ(unknown.exit_code, 2);
}

// What is read otherwise than somebody may expect is on standard error.
TEST_F(ModelIdentity, WarningsReachTheUser) {
  target_.text.others["generation_config.json"] = R"({"repetition_penalty": 1.1})";
  const ChildResult result = Run("a.db");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("warning: " + target_.weights.Write()));
  EXPECT_THAT(result.err, HasSubstr("repetition_penalty 1.1 is not applied"));
}

}  // namespace
}  // namespace dsb
