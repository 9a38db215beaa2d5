// What `dsbench prove` concludes: only from tests that could have failed.
#include "harness/proof/prove.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/temporary_folder.h"
#include "harness/proof/sample_check.h"
#include "tests/engines/checkpoint_copy.h"
#include "tests/engines/golden.h"
#include "tests/harness/child_process.h"
#include "tests/model_files/tokenizer_folder.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProofTally, ProvesOnlyWhatWasTested) {
  EXPECT_EQ(ProofTally().state(), ProofState::kInconclusive);
  ProofTally tally;
  tally.Add(ProofState::kProved);
  EXPECT_EQ(tally.state(), ProofState::kProved);
  tally.Add(ProofState::kInconclusive);
  EXPECT_EQ(tally.state(), ProofState::kInconclusive);
  tally.Add(ProofState::kRefuted);
  EXPECT_EQ(tally.state(), ProofState::kRefuted);
  EXPECT_EQ(ExitCodeOf(ProofState::kProved), ExitCode::kDone);
  EXPECT_EQ(ExitCodeOf(ProofState::kRefuted), ExitCode::kRegression);
  EXPECT_EQ(ExitCodeOf(ProofState::kInconclusive), ExitCode::kInconclusive);
}

SampleCheckResult Judged(const std::vector<int64_t>& counts, int64_t verified,
                         const std::string& drafter = "dspark") {
  SampleCheckResult result;
  result.drafter = drafter;
  result.drafts.verified = verified;
  JudgeSamples(counts, {0.4, 0.3, 0.2, 0.1}, 4000, &result);
  return result;
}

TEST(JudgeSamples, FewSamplesShowNothingUnlessTheyRefute) {
  const SampleCheckResult enough = Judged({1600, 1200, 800, 400}, 9);
  EXPECT_EQ(enough.state, ProofState::kProved);
  EXPECT_EQ(enough.samples, 4000);
  EXPECT_LT(enough.found_total_variation, 0.1);
  for (const std::vector<int64_t>& counts :
       {std::vector<int64_t>{1, 0, 0, 0}, std::vector<int64_t>{0, 0, 0, 0},
        std::vector<int64_t>{8, 6, 4, 2}, std::vector<int64_t>{80, 60, 40, 20}}) {
    const SampleCheckResult few = Judged(counts, 9);
    EXPECT_EQ(few.state, ProofState::kInconclusive);
    EXPECT_THAT(few.reason, HasSubstr("about 4000 are enough"));
    EXPECT_GT(few.found_total_variation, 0.1);
  }
  EXPECT_EQ(Judged({0, 0, 0, 100}, 9).state, ProofState::kRefuted);
  SampleCheckResult certain;
  JudgeSamples({5000, 0}, {1, 0}, std::nullopt, &certain);
  EXPECT_EQ(certain.state, ProofState::kInconclusive);
  EXPECT_THAT(certain.reason, HasSubstr("too few likely outcomes"));
}

TEST(JudgeSamples, ADrafterOfWhichNothingWasVerifiedWasNotTested) {
  const SampleCheckResult idle = Judged({1600, 1200, 800, 400}, 0);
  EXPECT_EQ(idle.state, ProofState::kInconclusive);
  EXPECT_THAT(idle.reason, HasSubstr("no draft was verified"));
  EXPECT_EQ(Judged({1600, 1200, 800, 400}, 0, "none").state, ProofState::kProved);
}

// A fixture's weights with a small tokenizer, as a folder that the program takes.
class ProveCli : public ::testing::Test {
 protected:
  ProveCli() {
    std::string missing;
    for (int byte = 0; byte < 256; ++byte) {
      const auto c = static_cast<char>(byte);
      const bool kept =
          (c >= 'a' && c <= 'z') || c == ' ' || c == '\n' || c == '-' || c == '\xC3' || c == '\xA9';
      if (!kept) missing += c;
    }
    TokenizerFolderFiles text{SmallTokenizer(missing)};
    text.config = nullptr;  // the checkpoint's own
    target_ = weights_.Write(1);
    std::filesystem::copy(text.Write(), target_);
    UseDrafter("dspark_for_llama");
  }

  // As the shipped one.
  void UseDrafter(const std::string& fixture) const {
    std::filesystem::remove_all(drafters_ / "dspark");
    std::filesystem::copy(golden::Root() + "/drafters/" + fixture, drafters_ / "dspark");
  }
  // Low temperature: few outcomes, so few samples tell.
  ProveOptions Options(int64_t num_samples) const {
    ProveOptions options;
    options.num_samples = num_samples;
    options.loads = {4};
    options.prompt = "hello";
    options.run.target = target_;
    options.run.drafters = {"none", "dspark"};
    options.run.drafter_paths = {"dspark=" + (drafters_ / "dspark").string()};
    options.run.draft_length = 4;
    options.run.threads = 1;
    options.run.temperature = 0.25;
    options.run.top_p = 0.9;
    FillDefaults(options.run);
    return options;
  }
  ChildResult Prove(const std::vector<std::string>& extra) const {
    std::vector<std::string> arguments = {"prove", "--target",      target_, "--draft-length",
                                          "4",     "--prompt",      "hello", "--threads",
                                          "1",     "--temperature", "0.25",  "--top-p",
                                          "0.9",   "--loads",       "4"};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    return RunChild(arguments, {{"DSBENCH_MODELS", drafters_.path().string()}});
  }

  CheckpointCopy weights_{golden::Root() + "/targets/llama_tied"};
  std::string target_;
  const TemporaryFolder drafters_;
};

TEST_F(ProveCli, TooFewSamplesSayHowManyItTakesAndThatManyDo) {
  int64_t needed = 0;
  for (const int64_t samples : {1, 20}) {
    const std::vector<SampleCheckResult> results = SampleCheck(Options(samples)).Run();
    ASSERT_EQ(results.size(), 2u);
    for (const SampleCheckResult& result : results) {
      EXPECT_EQ(result.samples, samples);
      EXPECT_EQ(result.state, ProofState::kInconclusive);
      const size_t about = result.reason.find("about ");
      ASSERT_NE(about, std::string::npos) << result.reason;
      needed = std::stoll(result.reason.substr(about + 6));
    }
  }
  for (const SampleCheckResult& result : SampleCheck(Options(needed)).Run()) {
    EXPECT_EQ(result.state, ProofState::kProved) << result.drafter << ": " << result.reason;
    EXPECT_LE(result.found_total_variation, 0.1);
    EXPECT_EQ(result.drafts.verified > 0, result.drafter == "dspark");
  }
}

TEST_F(ProveCli, InconclusiveIsNotLossless) {
  const ChildResult result = Prove({"--drafters", "dspark", "--samples", "20", "--format", "json"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  const nlohmann::json json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["state"], "inconclusive");
  EXPECT_TRUE(json["lossless"].is_null());
  EXPECT_FALSE(json["samples"][0]["passed"]);
  EXPECT_THAT(json["reasons"][0].get<std::string>(), HasSubstr("20 samples are too few"));
}

TEST_F(ProveCli, ADrafterThatDoesNotFitIsFoundBeforeTheFirstSample) {
  UseDrafter("dspark_gemma4");
  const ChildResult result = Prove({"--drafters", "none,dspark", "--samples", "100000000"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("dspark"));
  EXPECT_THAT(result.err, Not(HasSubstr("at a time")));
}

}  // namespace
}  // namespace dsb
