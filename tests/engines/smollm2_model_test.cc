// The real target and the real drafter: the golden run of targets.md section 9 and the drafter's
// fixture.
#include <cstdlib>
#include <optional>

#include "engines/dspark/dspark_drafter.h"
#include "engines/native/native_factory.h"
#include "engines/target_model/target_runner.h"
#include "kernels/vocabulary_row.h"
#include "tests/engines/advance.h"
#include "tests/engines/golden.h"
#include "tests/engines/shared_target.h"

namespace dsb {
namespace {

using nlohmann::json;

const std::vector<int32_t> kPrompt = {1,    9690, 198,   2683, 359,  253,  5356, 5646,  11173, 3365,
                                      3511, 308,  34519, 28,   7018, 411,  407,  19712, 8182,  2,
                                      198,  1,    4093,  198,  1780, 314,  216,  34,    27,    34,
                                      47,   2,    198,   1,    520,  9531, 198};
const std::vector<int32_t> kAnswer = {504, 2988, 288, 451, 8170, 4119, 1732, 314, 216, 36, 30, 2};

double Rms(std::span<const float> row) {
  double sum = 0;
  for (const float value : row) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum / static_cast<double>(row.size()));
}

double LogSumExp(std::span<const float> row) {
  std::vector<float> weights(row.size());
  const double sum = SoftmaxWeights(row, 1.0f, weights);
  return static_cast<double>(row[static_cast<size_t>(ArgMax(row))]) + std::log(sum);
}

class SmolLm2 : public testing::Test {
 protected:
  void SetUp() override {
    if (TargetFile().empty()) GTEST_SKIP() << "no target model file: run ci/quickstart.sh once";
  }
  static TargetInput Prompt(int32_t rows) {
    return {.slot = 0, .first_position = 0, .tokens = kPrompt, .num_logit_rows = rows};
  }

  ThreadPool pool_{2};
};

TEST_F(SmolLm2, ExactModeMeetsTheGoldenRunWithinFloatTolerance) {
  std::vector<int32_t> taps = {-1};
  for (int32_t layer = 0; layer < 30; ++layer) taps.push_back(layer);
  TargetRunner runner(SharedTarget(WeightMode::kF32),
                      {.num_slots = 1, .context_tokens = 64, .feature_layers = taps}, pool_);
  const TargetInput input = Prompt(37);
  runner.Forward(std::span(&input, 1));
  const std::span<const float> last = runner.Logits(0, 36);
  const std::pair<size_t, double> top[] = {
      {504, 32.3557}, {34, 31.5322}, {49, 31.4415}, {10345, 31.4346}, {33, 30.8915}};
  for (const auto& [token, logit] : top) EXPECT_NEAR(static_cast<double>(last[token]), logit, 2e-3);
  EXPECT_NEAR(LogSumExp(last), 33.9268, 2e-3);
  double nll = 0;
  for (int32_t row = 0; row < 36; ++row) {
    const std::span<const float> logits = runner.Logits(0, row);
    nll += LogSumExp(logits) -
           static_cast<double>(logits[static_cast<size_t>(kPrompt[static_cast<size_t>(row) + 1])]);
  }
  EXPECT_NEAR(nll / 36, 4.42421, 1e-4);
  const FeatureRows features = runner.Features(0, 37);
  const auto state = [&features](int layer) {  // last row, output of `layer`; -1: embedding
    return std::span(features.rows + 36 * features.width + ptrdiff_t{layer + 1} * 576, 576);
  };
  const std::pair<int, double> rms[] = {{-1, 0.12374}, {0, 1.33906},   {1, 2.17246},  {9, 4.56581},
                                        {19, 8.07735}, {28, 28.27009}, {29, 34.37057}};
  for (const auto& [layer, value] : rms) EXPECT_NEAR(Rms(state(layer)), value, 1e-4 * (1 + value));
  const std::pair<int, std::array<double, 3>> first[] = {{-1, {-0.21229, -0.11888, 0.17408}},
                                                         {0, {0.41172, 0.4058, 0.59198}},
                                                         {14, {3.21615, -2.47947, -5.25753}},
                                                         {29, {-11.73453, -25.01938, -14.03272}}};
  for (const auto& [layer, values] : first) {
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(static_cast<double>(state(layer)[i]), values[i], 2e-3) << "layer " << layer;
    }
  }
}

// Every weight mode stays within the bounds measured for rounded activations (targets.md 7):
// largest error 3.0, mean 0.4.
TEST_F(SmolLm2, FastModesStayNearTheExactLogitsAndGiveTheGoldenAnswer) {
  std::vector<float> exact;
  for (const WeightMode mode : {WeightMode::kF32, WeightMode::kStored, WeightMode::kBf16}) {
    SCOPED_TRACE(static_cast<int>(mode));
    TargetRunner runner(SharedTarget(mode),
                        {.num_slots = 1, .context_tokens = 64, .feature_layers = {}}, pool_);
    const TargetInput input = Prompt(37);
    runner.Forward(std::span(&input, 1));
    std::vector<float> logits;
    for (int32_t row = 0; row < 37; ++row) {
      logits.insert(logits.end(), runner.Logits(0, row).begin(), runner.Logits(0, row).end());
    }
    if (exact.empty()) exact = logits;
    double largest = 0, sum = 0;
    for (size_t i = 0; i < exact.size(); ++i) {
      const double error = std::abs(static_cast<double>(logits[i]) - static_cast<double>(exact[i]));
      largest = std::max(largest, error);
      sum += error;
    }
    const double mean = sum / static_cast<double>(exact.size());
    RecordProperty("largest_error_" + std::to_string(static_cast<int>(mode)),
                   std::to_string(largest));
    std::printf("weight mode %d: largest logit error %.3f, mean %.4f\n", static_cast<int>(mode),
                largest, mean);
    EXPECT_LE(largest, 3.0);
    EXPECT_LE(mean, 0.4);
    std::vector<int32_t> answer = {ArgMax(runner.Logits(0, 36))};
    while (answer.size() < kAnswer.size()) {
      const TargetInput one = {.slot = 0,
                               .first_position = 36 + static_cast<int32_t>(answer.size()),
                               .tokens = std::span(&answer.back(), 1),
                               .num_logit_rows = 1};
      runner.Forward(std::span(&one, 1));
      answer.push_back(ArgMax(runner.Logits(0, 0)));
    }
    EXPECT_EQ(answer, kAnswer);
  }
}

// The first drafter's fixture (see the golden folder's README): what the authors' classes compute
// on two real prompts.
class FirstDrafter : public SmolLm2 {
 protected:
  void SetUp() override {
    SmolLm2::SetUp();
    if (IsSkipped()) return;
    const std::string folder = golden::Root() + "/dspark_smollm2";
    prompts_ = golden::ReadJson(folder + "/dspark_fixture.json");
    expected_.emplace(Safetensors::Open(folder + "/dspark_fixture.safetensors"));
    target_ = SharedTarget(WeightMode::kF32);
  }

  // A runner whose slot 0 holds the prompt's context.
  std::unique_ptr<TargetRunner> Prefill(const json& prompt) {
    auto runner = std::make_unique<TargetRunner>(
        target_,
        TargetRunner::Options{
            .num_slots = 1, .context_tokens = 128, .feature_layers = {1, 8, 14, 20, 27}},
        pool_);
    const std::vector<int32_t> context = golden::Tokens(prompt["context_ids"]);
    const TargetInput input = {
        .slot = 0, .first_position = 0, .tokens = context, .num_logit_rows = 0};
    runner->Forward(std::span(&input, 1));
    return runner;
  }
  static FeatureRows Features(const TargetRunner& runner, const json& prompt) {
    return runner.Features(0, static_cast<int32_t>(prompt["context_ids"].size()));
  }

  json prompts_;
  std::optional<Safetensors> expected_;
  std::shared_ptr<const TargetModel> target_;
};

TEST_F(FirstDrafter, TargetMeetsItsFixture) {
  for (size_t i = 0; i < prompts_.size(); ++i) {
    SCOPED_TRACE("prompt " + std::to_string(i));
    const json& prompt = prompts_[i];
    const auto runner = Prefill(prompt);
    const FeatureRows features = Features(*runner, prompt);
    const auto rows = static_cast<int64_t>(prompt["context_ids"].size());
    golden::ExpectClose(
        std::span(features.rows + (rows - 1) * features.width, static_cast<size_t>(features.width)),
        golden::Floats(*expected_, "features_last_row." + std::to_string(i)), 2e-3, "features");
    std::vector<int32_t> says;
    auto token = prompt["anchor"].get<int32_t>();
    const auto anchor_index = prompt["anchor_index"].get<int32_t>();
    while (says.size() < 7) {
      const TargetInput one = {.slot = 0,
                               .first_position = anchor_index + static_cast<int32_t>(says.size()),
                               .tokens = std::span(&token, 1),
                               .num_logit_rows = 1};
      runner->Forward(std::span(&one, 1));
      token = ArgMax(runner->Logits(0, 0));
      says.push_back(token);
    }
    EXPECT_EQ(says, golden::Tokens(prompt["target_greedy"]));
  }
}

// Its weights are no longer shipped: DSBENCH_FIRST_DRAFTER names the folder that holds them.
TEST_F(FirstDrafter, MeetsItsFixture) {
  const char* folder = std::getenv("DSBENCH_FIRST_DRAFTER");
  if (folder == nullptr) GTEST_SKIP() << "DSBENCH_FIRST_DRAFTER names no folder";
  ModelFolder files(folder);
  const auto weights = DSparkWeights::Load(files, target_, "", WeightMode::kF32);
  for (size_t i = 0; i < prompts_.size(); ++i) {
    SCOPED_TRACE("prompt " + std::to_string(i));
    const json& prompt = prompts_[i];
    const auto runner = Prefill(prompt);
    DSparkDrafter drafter(weights, 1, 128, pool_);
    drafter.Begin(0);
    AdvanceSlot0(drafter, 0, Features(*runner, prompt));
    DraftRequest request;
    request.anchor = prompt["anchor"].get<int32_t>();
    request.anchor_position = prompt["anchor_index"].get<int32_t>();
    request.max_tokens = 7;
    std::vector<DraftBlock> blocks = drafter.Draft(std::span(&request, 1));
    drafter.Confidence(std::span(&request, 1), blocks);
    const std::vector<int32_t> tokens = golden::Tokens(prompt["greedy_tokens"]);
    EXPECT_EQ(blocks[0].tokens, tokens);
    const std::string suffix = "." + std::to_string(i);
    golden::ExpectClose(drafter.block_hidden(), golden::Floats(*expected_, "hidden" + suffix), 2e-3,
                        "hidden");
    golden::ExpectClose(drafter.draft_logits(),
                        golden::Floats(*expected_, "greedy_logits" + suffix), 2e-3, "logits");
    golden::ExpectClose(blocks[0].confidence, prompt["confidence"].get<std::vector<float>>(), 2e-3,
                        "confidence");
    const std::vector<int32_t> says = golden::Tokens(prompt["target_greedy"]);
    const auto agreed = std::mismatch(says.begin(), says.end(), tokens.begin());
    EXPECT_EQ(agreed.first - says.begin(), prompt["accepted"].get<int64_t>());
  }
}

}  // namespace
}  // namespace dsb
