// Whole runs of the reference's evaluator loop: greedy traces through the engine itself, those of
// the block drafters that sample round by round with the recorded random numbers.
#include "engines/decoding/verify.h"
#include "tests/engines/advance.h"
#include "tests/engines/recurrent_world.h"
#include "tests/engines/traces.h"

namespace dsb {
namespace {

using nlohmann::json;

std::vector<std::string> AllDrafters() {
  std::vector<std::string> drafters = golden::BlockDrafters();
  for (const std::string& drafter : Eagle3Fixtures()) drafters.push_back(drafter);
  return drafters;
}

class GreedyTrace : public testing::TestWithParam<std::string> {};

TEST_P(GreedyTrace, EngineRepeatsEveryRound) {
  const json trace = golden::ReadJson(golden::Root() + "/traces/" + GetParam() + ".json");
  const TinyWorld world = MakeTinyWorld(TraceDrafter(GetParam()));
  ThreadPool pool(2);
  const MonotonicClock clock;
  TinyOptions options;
  options.draft_length = trace["gamma"].get<int32_t>();
  const double threshold = trace["confidence_threshold"].get<double>();
  if (threshold > 0) {
    options.policy.kind = PolicyKind::kThreshold;
    options.policy.threshold = threshold;
  }
  const auto engine = MakeTinyEngine(world, options, pool, clock);
  EngineRequest request;
  request.prompt = golden::Tokens(trace["prompt"]);
  // The reference starts a round while fewer than max_new_tokens are out and trims afterwards; with
  // room for a whole block our last rounds are the same, and the trimmed tokens are a prefix of
  // ours.
  request.max_tokens = trace["max_new_tokens"].get<int32_t>() + options.draft_length + 1;
  if (!trace["stop_token_ids"].is_null())
    request.stop_tokens = golden::Tokens(trace["stop_token_ids"]);
  const Finished run = RunAll(*engine, {request}, 1)[0];
  const std::vector<int32_t> expected = golden::Tokens(trace["new_token_ids"]);
  ASSERT_GE(run.tokens.size(), expected.size());
  EXPECT_EQ(std::vector(run.tokens.begin(),
                        run.tokens.begin() + static_cast<std::ptrdiff_t>(expected.size())),
            expected);
  ASSERT_GE(run.rounds.size(), trace["rounds"].size());
  for (size_t i = 0; i < trace["rounds"].size(); ++i) {
    SCOPED_TRACE("round " + std::to_string(i));
    const json& wanted = trace["rounds"][i];
    const RoundOutcome& round = run.rounds[i];
    EXPECT_EQ(round.position, wanted["start"].get<int32_t>());
    EXPECT_EQ(round.accepted, wanted["accepted"].get<int32_t>());
    EXPECT_EQ(round.verified, wanted["draft_token_count"].get<int32_t>());
    const std::vector<int32_t> draft = golden::Tokens(wanted["draft_tokens"]);
    EXPECT_EQ(std::vector(round.draft_ids.begin(),
                          round.draft_ids.begin() + static_cast<std::ptrdiff_t>(draft.size())),
              draft);
    EXPECT_EQ(round.cut == RoundCut::kStop, wanted["terminated_by_stop_token"].get<bool>());
    if (wanted["confidence_logits"].is_null()) {
      EXPECT_TRUE(round.confidence.empty());
      continue;
    }
    const auto logits = wanted["confidence_logits"].get<std::vector<double>>();
    ASSERT_EQ(round.confidence.size(), logits.size());
    for (size_t k = 0; k < logits.size(); ++k) {
      EXPECT_NEAR(static_cast<double>(round.confidence[k]), 1 / (1 + std::exp(-logits[k])), 1e-5);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, GreedyTrace, testing::ValuesIn(Traces(AllDrafters(), true)),
                         TraceTestName);

class SampledTrace : public testing::TestWithParam<std::string> {};

// Drives target and drafter by hand: every recorded uniform must lead to the recorded token or
// decision.
TEST_P(SampledTrace, RecordedNumbersLeadToTheRecordedTokens) {
  const std::string path = golden::Root() + "/traces/" + GetParam();
  const json trace = golden::ReadJson(path + ".json");
  const Safetensors laws = Safetensors::Open(path + ".safetensors");
  const TinyWorld world = MakeTinyWorld(TraceDrafter(GetParam()));
  ThreadPool pool(2);
  const std::unique_ptr<BlockDrafter> owner = MakeTinyBlockDrafter(world, 1, pool);
  BlockDrafter& drafter = *owner;
  const std::span<const int32_t> ids = drafter.feature_layers();
  const std::vector<int32_t> layers(ids.begin(), ids.end());
  TargetRunner runner(world.target,
                      {.num_slots = 1, .context_tokens = 160, .feature_layers = layers}, pool);
  const json& random = trace["random"];
  size_t draw = 0;
  const SamplingParams sampling = {.temperature = trace["temperature"].get<double>()};
  const std::vector<int32_t> prompt = golden::Tokens(trace["prompt"]);
  TokenLaw law;
  const auto forward = [&](int32_t position, const std::vector<int32_t>& tokens, int32_t rows) {
    const TargetInput input = {
        .slot = 0, .first_position = position, .tokens = tokens, .num_logit_rows = rows};
    runner.Forward(std::span(&input, 1));
  };
  forward(0, prompt, 1);
  drafter.Begin(0);
  AdvanceSlot0(drafter, 0, runner.Features(0, static_cast<int32_t>(prompt.size())));
  ComputeTargetLaw(runner.Logits(0, 0), sampling, law);
  ASSERT_EQ(SampleIndex(law.weights, random[draw]["u"][0].get<double>()),
            random[draw]["result"][0].get<int32_t>());
  ++draw;
  for (size_t i = 0; i < trace["rounds"].size(); ++i) {
    SCOPED_TRACE("round " + std::to_string(i));
    const json& round = trace["rounds"][i];
    DraftRequest request;
    request.anchor = round["anchor"].get<int32_t>();
    request.anchor_position = round["start"].get<int32_t>();
    request.max_tokens = drafter.draft_length();
    request.sampling = sampling;
    // All tokens of the block are drawn, also those a threshold cuts: DSpark's one by one, DFlash's
    // in one call.
    std::vector<int32_t> drawn;
    std::vector<double> uniforms;
    while (drawn.size() < static_cast<size_t>(request.max_tokens)) {
      ASSERT_EQ(random[draw]["u"].size(),
                world.drafter == "dspark" ? 1u : trace["gamma"].get<size_t>());
      for (const json& u : random[draw]["u"]) uniforms.push_back(u.get<double>());
      for (const json& token : random[draw]["result"]) drawn.push_back(token.get<int32_t>());
      ++draw;
    }
    ASSERT_EQ(drafter.cached(0), request.anchor_position);
    const DraftBlock block = drafter.DraftForced(request, drawn)[0];
    std::vector<DraftedToken> drafted;
    const auto verified = round["draft_token_count"].get<size_t>();
    for (size_t k = 0; k < drawn.size(); ++k) {
      ASSERT_EQ(SampleIndex(block.weights[k], uniforms[k]), drawn[k]);
      if (k >= verified) continue;
      drafted.emplace_back();
      drafted[k].token = drafted[k].draft_index = drawn[k];
      drafted[k].weights = block.weights[k];
      drafted[k].weight_sum = block.weight_sums[k];
    }
    ASSERT_EQ(drafter.cached(0), request.anchor_position);
    if (verified > 0) {
      std::vector<float> q;
      for (const DraftedToken& token : drafted) {
        for (const float weight : token.weights) {
          q.push_back(static_cast<float>(static_cast<double>(weight) / token.weight_sum));
        }
      }
      const std::string name = "round" + std::to_string(i) + ".draft_probs";
      std::vector<float> wanted = golden::Floats(laws, name);
      wanted.resize(q.size());
      golden::ExpectClose(q, wanted, 1e-5, name);
    }
    std::vector<int32_t> tokens = {request.anchor};
    tokens.insert(tokens.end(), drawn.begin(),
                  drawn.begin() + static_cast<std::ptrdiff_t>(verified));
    forward(request.anchor_position, tokens, static_cast<int32_t>(tokens.size()));
    VerifyInput input;
    input.drafted = drafted;
    input.sampling = sampling;
    input.logits = [&](int32_t k) { return runner.Logits(0, k); };
    const size_t accept = draw;
    if (verified > 0) ++draw;
    const bool stopped = round["terminated_by_stop_token"].get<bool>();
    const auto uniform = [&](RandomPurpose purpose, int32_t k) {
      return purpose == RandomPurpose::kAccept
                 ? random[accept]["u"][static_cast<size_t>(k)].get<double>()
                 : random[draw]["u"][0].get<double>();
    };
    VerifyScratch scratch;
    const VerifyOutcome outcome = VerifyRound(input, uniform, scratch);
    ++draw;
    if (stopped) break;
    EXPECT_EQ(outcome.accepted, round["accepted"].get<int32_t>());
    ASSERT_EQ(outcome.next_token, round["next_token"].get<int32_t>());
    AdvanceSlot0(drafter, request.anchor_position, runner.Features(0, outcome.accepted + 1));
    ASSERT_EQ(drafter.cached(0), request.anchor_position + outcome.accepted + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SampledTrace,
                         testing::ValuesIn(Traces(golden::BlockDrafters(), false)), TraceTestName);

TEST(Traces, AreThere) {
  EXPECT_FALSE(Traces(AllDrafters(), true).empty());
  EXPECT_FALSE(Traces(golden::BlockDrafters(), false).empty());
}

}  // namespace
}  // namespace dsb
