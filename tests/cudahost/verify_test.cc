// The acceptance rule on the device against engines/decoding/verify.h: the same decisions on random
// and adversarial rounds, and on the reference's recorded cases.
#include "kernels/cuda/sampling/verify.h"

#include <numeric>

#include "engines/decoding/verify.h"
#include "kernels/cuda/common/draft_map.h"
#include "tests/cudahost/decoding_cases.h"
#include "tests/cudahost/device_test.h"
#include "tests/engines/golden.h"

namespace dsb::testing {
namespace {

using cuda::DeviceBuffer;
using cuda::RoundRequest;
using cuda::VerifyResult;

// A round of requests with different samplings and lengths; draft laws near the target's, so that
// some drafts survive.
struct Round {
  int32_t vocab = 0, draft_vocab = 0, block = 0;
  bool with_laws = true;
  std::vector<RoundRequest> requests;
  std::vector<SamplingParams> samplings;
  std::vector<int32_t> target_ids, lengths, first_rows, tokens, indices;
  std::vector<float> logits, laws;
  std::vector<double> sums;

  size_t Count() const { return requests.size(); }
  std::span<const float> Logits(size_t r, int32_t k) const {
    return std::span(logits).subspan(static_cast<size_t>((first_rows[r] + k) * vocab),
                                     static_cast<size_t>(vocab));
  }
};

constexpr SamplingParams kSamplings[] = {{0.0, 0, 1.0},  {1.0, 0, 1.0}, {0.7, 0, 1.0},
                                         {1.3, 20, 1.0}, {1.0, 0, 0.8}, {0.8, 30, 0.9}};

Round MakeRound(uint64_t seed, bool reduced, bool with_laws) {
  Draws draws(seed);
  Round round;
  round.vocab = reduced ? 1200 : 530;
  round.draft_vocab = reduced ? 400 : 530;
  round.block = 4;
  round.with_laws = with_laws;
  for (int32_t i = 0; reduced && i < round.draft_vocab; ++i) {
    round.target_ids.push_back(3 * i + draws.Below(3));
  }
  for (int32_t id = 0; id < 8; ++id) {
    const SamplingParams& sampling = kSamplings[id % 6];
    RoundRequest request = MakeRequest(sampling, id);
    request.round = static_cast<uint32_t>(seed);
    if (id == 6) request.slot = -1;
    request.prefill = id == 7 ? 1 : 0;
    const int32_t length = id == 7 ? 0 : (id == 6 ? 2 : draws.Below(round.block + 1));
    round.requests.push_back(request);
    round.samplings.push_back(sampling);
    round.lengths.push_back(length);
    round.first_rows.push_back(static_cast<int32_t>(round.logits.size()) / round.vocab);
    for (int32_t k = 0; k <= length; ++k) {
      const auto row = RandomLogits(draws, round.vocab, 5.0f, k % 2 == 0 ? 30 : 0);
      round.logits.insert(round.logits.end(), row.begin(), row.end());
    }
    for (int32_t k = 0; k < round.block; ++k) {
      std::vector<float> law(static_cast<size_t>(round.draft_vocab), 0.25f);
      if (k < length) {
        for (size_t i = 0; i < law.size(); ++i) {
          const size_t token = reduced ? static_cast<size_t>(round.target_ids[i]) : i;
          law[i] = round.Logits(static_cast<size_t>(id), k)[token] +
                   0.5f * static_cast<float>(draws.Next());
        }
      }
      const double temperature = sampling.temperature > 0 ? sampling.temperature : 1;
      round.sums.push_back(SoftmaxWeights(law, static_cast<float>(1 / temperature), law));
      int32_t index = SampleIndex(law, draws.Next());
      if (sampling.temperature == 0 || draws.Below(4) == 0) {
        index = ArgMax(law);
      }
      round.indices.push_back(index);
      round.tokens.push_back(reduced ? round.target_ids[static_cast<size_t>(index)] : index);
      round.laws.insert(round.laws.end(), law.begin(), law.end());
    }
  }
  return round;
}

VerifyOutcome Want(const Round& round, size_t r) {
  const RoundRequest& request = round.requests[r];
  std::vector<DraftedToken> drafted;
  for (int32_t k = 0; k < round.lengths[r]; ++k) {
    const size_t at = r * static_cast<size_t>(round.block) + static_cast<size_t>(k);
    DraftedToken& token = drafted.emplace_back();
    token.token = round.tokens[at];
    token.draft_index = round.indices[at];
    if (!round.with_laws || request.inverse_temperature == 0) continue;
    const auto vocab = static_cast<size_t>(round.draft_vocab);
    token.weights = std::span(round.laws).subspan(at * vocab, vocab);
    token.weight_sum = round.sums[at];
  }
  VerifyScratch scratch;
  return VerifyRound(
      {.drafted = drafted,
       .target_ids = round.target_ids,
       .sampling = round.samplings[r],
       .logits = [&](int32_t k) { return round.Logits(r, k); }},
      [&](RandomPurpose purpose, int32_t k) {
        const bool prefill = purpose == RandomPurpose::kBonus && request.prefill != 0;
        return UniformOf(request, prefill ? RandomPurpose::kPrefill : purpose, k);
      },
      scratch);
}

// Verifies twice with one workspace: nothing may be left behind in it.
std::vector<VerifyResult> Verify(const Round& round, const std::vector<double>& uniforms = {}) {
  const auto count = static_cast<int32_t>(round.Count());
  const auto requests = Upload(round.requests);
  const auto logits = Upload(round.logits);
  const auto first_rows = Upload(round.first_rows), lengths = Upload(round.lengths);
  const auto target_ids = Upload(round.target_ids);
  auto tokens = Upload(round.tokens), indices = Upload(round.indices);
  auto laws = Upload(round.laws);
  auto sums = Upload(round.sums);
  const auto recorded = Upload(uniforms);
  DeviceBuffer<int32_t> draft_indices(round.vocab);
  cuda::DraftMap map;
  if (!round.target_ids.empty()) {
    cuda::InvertDraftMap({.target_ids = target_ids.data(),
                          .draft_vocab = round.draft_vocab,
                          .target_vocab = round.vocab,
                          .draft_indices = draft_indices.data()},
                         nullptr);
    map = {.target_ids = target_ids.data(), .draft_indices = draft_indices.data()};
  }
  const int32_t max_requests = count + 2;
  const int64_t bytes = cuda::VerifyWorkspaceBytes(max_requests, round.block);
  DeviceBuffer<uint8_t> workspace(bytes);
  cuda::FillZero(workspace.data(), bytes, nullptr);
  DeviceBuffer<VerifyResult> results(count);
  std::vector<VerifyResult> found[2];
  for (std::vector<VerifyResult>& run : found) {
    cuda::FillZero(results.data(), count, nullptr);
    cuda::VerifyRounds({.requests = requests.data(),
                        .num_requests = count,
                        .logits = logits.data(),
                        .logit_stride = round.vocab,
                        .vocab = round.vocab,
                        .first_rows = first_rows.data(),
                        .lengths = lengths.data(),
                        .max_length = round.block,
                        .drafts = {.num_requests = count,
                                   .block = round.block,
                                   .draft_vocab = round.draft_vocab,
                                   .laws = round.with_laws ? laws.data() : nullptr,
                                   .law_stride = round.draft_vocab,
                                   .law_sums = sums.data(),
                                   .tokens = tokens.data(),
                                   .draft_indices = indices.data(),
                                   .map = map},
                        .uniforms = uniforms.empty() ? nullptr : recorded.data(),
                        .workspace = {.memory = workspace.data(), .max_requests = max_requests},
                        .results = results.data()},
                       nullptr);
    run = Download(results);
  }
  for (size_t r = 0; r < round.Count(); ++r) {
    EXPECT_EQ(found[0][r].accepted, found[1][r].accepted);
    EXPECT_EQ(found[0][r].next_token, found[1][r].next_token);
  }
  return found[0];
}

void ExpectLikeTheCpu(const Round& round, int64_t& accepted, int64_t& rejected) {
  const std::vector<VerifyResult> found = Verify(round);
  for (size_t r = 0; r < round.Count(); ++r) {
    SCOPED_TRACE("request " + std::to_string(r));
    if (round.requests[r].slot < 0) {
      EXPECT_EQ(found[r].finite, 0) << "a padding slot was written";
      continue;
    }
    const VerifyOutcome want = Want(round, r);
    ASSERT_EQ(found[r].finite != 0, want.finite);
    if (!want.finite) continue;
    EXPECT_EQ(found[r].accepted, want.accepted);
    EXPECT_EQ(found[r].next_token, want.next_token);
    accepted += want.accepted;
    rejected += want.accepted < round.lengths[r] ? 1 : 0;
  }
}

class VerifyTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(VerifyTest);

TEST_P(VerifyTest, DecidesAsTheCpu) {
  int64_t accepted = 0, rejected = 0;
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    const bool reduced = seed % 2 == 0;
    const bool with_laws = seed % 3 != 0;
    SCOPED_TRACE("seed " + std::to_string(seed));
    ExpectLikeTheCpu(MakeRound(seed, reduced, with_laws), accepted, rejected);
  }
  // Both branches were met often.
  EXPECT_GT(accepted, 15);
  EXPECT_GT(rejected, 15);
}

TEST_P(VerifyTest, OnlyRowsThatAreNeededMustBeFinite) {
  int64_t accepted = 0, rejected = 0;
  const float bad[] = {NAN, INFINITY, -INFINITY};
  for (int32_t k = 0; k < 3; ++k) {
    Round round = MakeRound(9, false, true);
    for (size_t r = 0; r < round.Count(); ++r) {
      if (k > round.lengths[r]) continue;
      const auto row = static_cast<size_t>((round.first_rows[r] + k) * round.vocab);
      round.logits[row + 7 * r] = bad[(r + static_cast<size_t>(k)) % 3];
    }
    ExpectLikeTheCpu(round, accepted, rejected);
  }
}

TEST_P(VerifyTest, DrawsFromTheTargetWhenNoResidualIsLeft) {
  int64_t accepted = 0, rejected = 0;
  for (const bool reduced : {false, true}) {
    Round round = MakeRound(11, reduced, true);
    for (double& sum : round.sums) sum *= 1e-6;  // q far above p wherever q has mass
    ExpectLikeTheCpu(round, accepted, rejected);
  }
  EXPECT_GT(rejected, 4);
}

TEST_P(VerifyTest, ATokenOutsideTheTargetsSupportIsRejected) {
  int64_t accepted = 0, rejected = 0;
  Round round = MakeRound(12, true, true);
  for (size_t r = 0; r < round.Count(); ++r) {
    round.samplings[r].top_k = round.requests[r].top_k = 1;
    for (int32_t k = 0; k < round.lengths[r]; ++k) {
      const auto row = static_cast<size_t>((round.first_rows[r] + k) * round.vocab);
      const size_t at = r * static_cast<size_t>(round.block) + static_cast<size_t>(k);
      round.logits[row + static_cast<size_t>(round.tokens[at])] = -400.0f;
    }
  }
  ExpectLikeTheCpu(round, accepted, rejected);
  EXPECT_EQ(accepted, 0);
}

// Uniform numbers as VerifyParams::uniforms wants them, of one request.
std::vector<double> Recorded(const nlohmann::json& draws, int32_t max_length) {
  std::vector<double> uniforms(static_cast<size_t>(max_length + 1) * 3, 0.0);
  for (const nlohmann::json& draw : draws) {
    const auto values = draw["u"].get<std::vector<double>>();
    for (size_t k = 0; k <= static_cast<size_t>(max_length); ++k) {
      if (draw["kind"] == "accept") {
        if (k < values.size()) uniforms[3 * k] = values[k];
      } else {
        uniforms[3 * k + 1] = uniforms[3 * k + 2] = values[0];
      }
    }
  }
  return uniforms;
}

TEST_P(VerifyTest, ReproducesTheReferencesCases) {
  const nlohmann::json file = golden::ReadJson(golden::Root() + "/verify/cases.json");
  const Safetensors tensors = Safetensors::Open(golden::Root() + "/verify/cases.safetensors");
  ASSERT_FALSE(file["cases"].empty());
  for (size_t index = 0; index < file["cases"].size(); ++index) {
    SCOPED_TRACE("case " + std::to_string(index));
    const nlohmann::json& test = file["cases"][index];
    const std::string prefix = "case" + std::to_string(index) + ".";
    Round round;
    round.vocab = round.draft_vocab = file["vocab"].get<int32_t>();
    round.laws = golden::Floats(tensors, prefix + "draft_probs");
    round.logits = golden::Floats(tensors, prefix + "target_logits");
    round.tokens = round.indices = golden::Tokens(test["draft_tokens"]);
    round.block = static_cast<int32_t>(round.tokens.size());
    round.sums.assign(round.tokens.size(), 1.0);
    const SamplingParams sampling{.temperature = test["temperature"].get<double>()};
    round.requests.push_back(MakeRequest(sampling, 0));
    round.samplings.push_back(sampling);
    round.first_rows.push_back(0);
    round.lengths.push_back(round.block);
    const std::vector<double> uniforms = Recorded(test["random"], round.block);
    VerifyResult found = Verify(round, uniforms)[0];
    ASSERT_EQ(found.finite, 1);
    int32_t accepted = 0;
    for (const nlohmann::json& bit : test["accept_prefix_mask"]) accepted += bit.get<int32_t>();
    EXPECT_EQ(found.accepted, accepted);
    if (test["terminated_by_stop_token"].get<bool>()) {
      // The reference draws one more token, which it never emits, from the row after the stop.
      round.lengths[0] = test["accepted"].get<int32_t>();
      found = Verify(round, uniforms)[0];
    }
    EXPECT_EQ(found.next_token, test["next_token"].get<int32_t>());
  }
}

}  // namespace
}  // namespace dsb::testing
