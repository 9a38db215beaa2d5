// Sampled runs of the reference's Eagle3 loop, round by round with the recorded random numbers. Its
// greedy runs are in trace_golden_test.cc.
#include "engines/decoding/verify.h"
#include "tests/engines/advance.h"
#include "tests/engines/recurrent_world.h"
#include "tests/engines/traces.h"

namespace dsb {
namespace {

using nlohmann::json;

// One sampled trace, replayed with target and drafter driven by hand.
class Eagle3SampledTrace : public testing::TestWithParam<std::string> {
 protected:
  Eagle3SampledTrace()
      : trace_(golden::ReadJson(golden::Root() + "/traces/" + GetParam() + ".json")),
        laws_(Safetensors::Open(golden::Root() + "/traces/" + GetParam() + ".safetensors")),
        weights_(LoadEagle3Fixture(TraceDrafter(GetParam()))),
        drafter_(weights_, 1, 160, pool_),
        runner_(weights_->target,
                {.num_slots = 1, .context_tokens = 160, .feature_layers = weights_->layers}, pool_),
        sampling_({.temperature = trace_["temperature"].get<double>()}) {}

  void Forward(int32_t position, const std::vector<int32_t>& tokens, int32_t logit_rows) {
    const TargetInput input = {
        .slot = 0, .first_position = position, .tokens = tokens, .num_logit_rows = logit_rows};
    runner_.Forward(std::span(&input, 1));
  }
  double Draw() { return trace_["random"][draw_]["u"][0].get<double>(); }
  int32_t Result(size_t ahead) const {
    return trace_["random"][draw_ + ahead]["result"][0].get<int32_t>();
  }
  void ExpectDraftLaws(const DraftBlock& block, size_t round);

  json trace_;
  Safetensors laws_;
  ThreadPool pool_{2};
  std::shared_ptr<const Eagle3Weights> weights_;
  Eagle3Drafter drafter_;
  TargetRunner runner_;
  SamplingParams sampling_;
  size_t draw_ = 0;
};

void Eagle3SampledTrace::ExpectDraftLaws(const DraftBlock& block, size_t round) {
  std::vector<float> laws;
  for (size_t k = 0; k < block.weights.size(); ++k) {
    for (const float weight : block.weights[k]) {
      laws.push_back(static_cast<float>(static_cast<double>(weight) / block.weight_sums[k]));
    }
  }
  const std::string name = "round" + std::to_string(round) + ".draft_probs";
  golden::ExpectClose(laws, golden::Floats(laws_, name), 1e-5, name);
}

TEST_P(Eagle3SampledTrace, RecordedNumbersLeadToTheRecordedTokens) {
  std::vector<int32_t> tokens = golden::Tokens(trace_["prompt"]);
  Forward(0, tokens, 1);
  TokenLaw law;
  ComputeTargetLaw(runner_.Logits(0, 0), sampling_, law);
  ASSERT_EQ(SampleIndex(law.weights, Draw()), Result(0));
  std::vector<int32_t> next(tokens.begin() + 1, tokens.end());
  next.push_back(Result(0));
  drafter_.Begin(0);
  AdvanceSlot0(drafter_, 0, runner_.Features(0, static_cast<int32_t>(tokens.size())), next);
  ++draw_;
  for (size_t i = 0; i < trace_["rounds"].size(); ++i) {
    SCOPED_TRACE("round " + std::to_string(i));
    const json& round = trace_["rounds"][i];
    DraftRequest request;
    request.anchor = round["anchor"].get<int32_t>();
    request.anchor_position = round["start"].get<int32_t>();
    request.sampling = sampling_;
    const auto count = round["draft_token_count"].get<size_t>();
    request.max_tokens = static_cast<int32_t>(count);
    const std::vector<int32_t> drawn = golden::Tokens(round["draft_tokens"]);
    ASSERT_EQ(drawn.size(), count);
    RecurrentDrafter::Recording recording;
    const DraftBlock block = drafter_.DraftForced(request, drawn, recording);
    std::vector<DraftedToken> drafted;
    for (size_t k = 0; k < count; ++k, ++draw_) {
      ASSERT_EQ(drawn[k], Result(0));
      ASSERT_EQ(SampleIndex(block.weights[k], Draw()), drawn[k]);
      drafted.push_back({.token = drawn[k],
                         .draft_index = drawn[k],
                         .weights = block.weights[k],
                         .weight_sum = block.weight_sums[k]});
    }
    ExpectDraftLaws(block, i);
    tokens = {request.anchor};
    tokens.insert(tokens.end(), drawn.begin(), drawn.end());
    Forward(request.anchor_position, tokens, static_cast<int32_t>(tokens.size()));
    const json& accept = trace_["random"][draw_++]["u"];
    const bool stopped = round["terminated_by_stop_token"].get<bool>();
    const auto uniform = [&](RandomPurpose purpose, int32_t k) {
      return purpose == RandomPurpose::kAccept ? accept[static_cast<size_t>(k)].get<double>()
                                               : Draw();
    };
    VerifyScratch scratch;
    const VerifyOutcome outcome =
        VerifyRound({.drafted = drafted,
                     .target_ids = {},
                     .sampling = sampling_,
                     .logits = [&](int32_t k) { return runner_.Logits(0, k); }},
                    uniform, scratch);
    if (stopped) break;
    ++draw_;
    EXPECT_EQ(outcome.accepted, round["accepted"].get<int32_t>());
    ASSERT_EQ(outcome.next_token, round["next_token"].get<int32_t>());
    next.assign(drawn.begin(), drawn.begin() + outcome.accepted);
    next.push_back(outcome.next_token);
    AdvanceSlot0(drafter_, request.anchor_position, runner_.Features(0, outcome.accepted + 1),
                 next);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Eagle3SampledTrace,
                         testing::ValuesIn(Traces(Eagle3Fixtures(), false)), TraceTestName);

TEST(Eagle3Traces, AreThere) {
  EXPECT_FALSE(Traces(Eagle3Fixtures(), true).empty());
  EXPECT_FALSE(Traces(Eagle3Fixtures(), false).empty());
}

}  // namespace
}  // namespace dsb
