// The acceptance rule on the reference's recorded cases: logits, draft laws and uniform numbers in,
// decisions out.
#include "engines/decoding/sequence.h"
#include "engines/decoding/verify.h"
#include "tests/engines/golden.h"

namespace dsb {
namespace {

using nlohmann::json;

// The uniforms of one round: `accept` draws by index, then one token draw.
class Recorded {
 public:
  explicit Recorded(const json& draws) {
    for (const json& draw : draws) {
      if (draw["kind"] == "accept") accept_ = draw["u"].get<std::vector<double>>();
      if (draw["kind"] == "token") token_ = draw["u"][0].get<double>();
    }
  }
  double operator()(RandomPurpose purpose, int32_t index) const {
    return purpose == RandomPurpose::kAccept ? accept_[static_cast<size_t>(index)] : token_;
  }

 private:
  std::vector<double> accept_;
  double token_ = 0;
};

TEST(VerifyGolden, ReproducesEveryCase) {
  const json file = golden::ReadJson(golden::Root() + "/verify/cases.json");
  const Safetensors tensors = Safetensors::Open(golden::Root() + "/verify/cases.safetensors");
  const auto vocab = file["vocab"].get<size_t>();
  ASSERT_FALSE(file["cases"].empty());
  for (size_t index = 0; index < file["cases"].size(); ++index) {
    SCOPED_TRACE("case " + std::to_string(index));
    const json& test = file["cases"][index];
    const std::string prefix = "case" + std::to_string(index) + ".";
    const std::vector<float> draft = golden::Floats(tensors, prefix + "draft_probs");
    const std::vector<float> logits = golden::Floats(tensors, prefix + "target_logits");
    const std::vector<int32_t> tokens = golden::Tokens(test["draft_tokens"]);
    std::vector<DraftedToken> drafted(tokens.size());
    for (size_t k = 0; k < tokens.size(); ++k) {
      drafted[k].token = drafted[k].draft_index = tokens[k];
      drafted[k].weights = std::span(draft).subspan(k * vocab, vocab);
    }
    VerifyInput input;
    input.drafted = drafted;
    input.sampling.temperature = test["temperature"].get<double>();
    input.logits = [&](int32_t k) {
      return std::span<const float>(logits).subspan(static_cast<size_t>(k) * vocab, vocab);
    };
    VerifyScratch scratch;
    const VerifyOutcome outcome = VerifyRound(input, Recorded(test["random"]), scratch);
    ASSERT_TRUE(outcome.finite);
    // Stop tokens are cut after acceptance; the case's next token is then drawn but not emitted.
    EngineRequest request;
    request.prompt = {0};
    request.max_tokens = 1000;
    Sequence sequence(request, 0);
    sequence.CommitFirst(static_cast<int32_t>(vocab));
    if (!test["stop_token_ids"].is_null()) {
      request.stop_tokens = golden::Tokens(test["stop_token_ids"]);
      sequence = Sequence(request, 0);
      sequence.CommitFirst(static_cast<int32_t>(vocab));
    }
    const Sequence::Commit commit = sequence.CommitRound(
        std::span(tokens).first(static_cast<size_t>(outcome.accepted)), outcome.next_token);
    EXPECT_EQ(commit.accepted, test["accepted"].get<int32_t>());
    const bool stopped = test["terminated_by_stop_token"].get<bool>();
    EXPECT_EQ(commit.cut == RoundCut::kStop, stopped);
    EXPECT_EQ(commit.committed, commit.accepted + (stopped ? 0 : 1));
    int32_t mask_sum = 0;
    for (const json& bit : test["accept_prefix_mask"]) mask_sum += bit.get<int32_t>();
    EXPECT_EQ(outcome.accepted, mask_sum);
    // After a stop inside the draft the reference still draws a token that it never emits: from the
    // row after the stop.
    int32_t next = outcome.next_token;
    if (stopped) {
      input.drafted = std::span(drafted).first(static_cast<size_t>(commit.accepted));
      next = VerifyRound(input, Recorded(test["random"]), scratch).next_token;
    }
    EXPECT_EQ(next, test["next_token"].get<int32_t>());
  }
}

TEST(VerifyGolden, DrawsFromTheTargetWhenNoResidualIsLeft) {
  const json file = golden::ReadJson(golden::Root() + "/verify/cases.json");
  const Safetensors tensors = Safetensors::Open(golden::Root() + "/verify/cases.safetensors");
  VerifyScratch scratch;
  scratch.law.weights = golden::Floats(tensors, "residual_fallback.probs");
  scratch.law.sum = 1;
  DraftedToken drafted;
  const std::vector<float> same(scratch.law.weights);
  drafted.weights = same;  // p == q: nothing is left of max(p - q, 0)
  const json& fallback = file["residual_fallback"];
  EXPECT_EQ(SampleResidual(drafted, {}, fallback["random"][0]["u"][0].get<double>(), scratch),
            fallback["token"].get<int32_t>());
}

}  // namespace
}  // namespace dsb
