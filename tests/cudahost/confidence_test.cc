#include "kernels/cuda/markov/confidence.h"

#include "tests/cudahost/decoding_cases.h"
#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

class ConfidenceTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(ConfidenceTest);

TEST_P(ConfidenceTest, ReadsTheStateAndTheTokenBefore) {
  constexpr int32_t kRequests = 5, kBlock = 3, kHidden = 70, kRank = 16, kVocab = 50;
  Draws draws(31);
  const std::vector<float> hidden = RandomLogits(draws, kRequests * kBlock * kHidden, 1.0f);
  const std::vector<float> table = RandomLogits(draws, kVocab * kRank, 1.0f);
  const std::vector<float> weights = RandomLogits(draws, kHidden + kRank, 0.5f);
  std::vector<int32_t> tokens;
  for (int i = 0; i < kRequests * kBlock; ++i) tokens.push_back(draws.Below(kVocab));
  const std::vector<int32_t> num_drafted = {3, 0, 1, 2, 3};
  std::vector<cuda::RoundRequest> requests;
  for (int32_t id = 0; id < kRequests; ++id) {
    requests.push_back(MakeRequest({}, id));
    requests.back().anchor = draws.Below(kVocab);
  }
  requests[4].slot = -1;
  const auto device_hidden = Upload(hidden), device_weights = Upload(weights);
  const auto device_table = Upload(cuda::PackRowMatrix(table, kRank, cuda::ValueType::kF32));
  auto device_tokens = Upload(tokens), device_drafted = Upload(num_drafted);
  const auto device_requests = Upload(requests);
  for (const bool with_token : {true, false}) {
    auto confidence = Upload(std::vector<float>(kRequests * kBlock, -7.0f));
    cuda::RowMatrix w1;
    if (with_token) w1 = {device_table.data(), cuda::ValueType::kF32, kVocab, kRank};
    cuda::Confidence({.drafts = {.num_requests = kRequests,
                                 .block = kBlock,
                                 .tokens = device_tokens.data(),
                                 .num_drafted = device_drafted.data()},
                      .requests = device_requests.data(),
                      .hidden = device_hidden.data(),
                      .hidden_stride = kHidden,
                      .hidden_size = kHidden,
                      .w1 = w1,
                      .weights = device_weights.data(),
                      .bias = 0.3f,
                      .confidence = confidence.data()},
                     nullptr);
    const std::vector<float> found = Download(confidence);
    for (size_t at = 0; at < found.size(); ++at) {
      const size_t r = at / kBlock, k = at % kBlock;
      if (requests[r].slot < 0 || static_cast<int32_t>(k) >= num_drafted[r]) {
        EXPECT_EQ(found[at], -7.0f) << at;
        continue;
      }
      double sum = static_cast<double>(0.3f);
      for (size_t j = 0; j < kHidden; ++j) {
        sum += static_cast<double>(weights[j]) * static_cast<double>(hidden[at * kHidden + j]);
      }
      const auto previous = static_cast<size_t>(k == 0 ? requests[r].anchor : tokens[at - 1]);
      for (size_t j = 0; with_token && j < kRank; ++j) {
        sum += static_cast<double>(weights[kHidden + j]) *
               static_cast<double>(table[previous * kRank + j]);
      }
      EXPECT_NEAR(found[at], 1 / (1 + std::exp(-sum)), 1e-7) << at;
    }
  }
}

}  // namespace
}  // namespace dsb::testing
