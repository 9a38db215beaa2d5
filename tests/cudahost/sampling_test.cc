// Rows over a vocabulary on the device against the CPU's functions: the same indices and the same
// bits of every weight.
#include "kernels/cuda/sampling/sampling.h"

#include <numeric>

#include "engines/sampling/draft_choice.h"
#include "engines/sampling/target_law.h"
#include "kernels/vocabulary_row.h"
#include "tests/cudahost/decoding_cases.h"
#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

using cuda::DeviceBuffer;
using cuda::RoundRequest;

class SamplingTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(SamplingTest);

constexpr int32_t kSizes[] = {1, 2, 33, 512, 513, 3000};

TEST_P(SamplingTest, ArgMaxTakesTheFirstOfEqualEntries) {
  Draws draws(1);
  for (const int32_t size : kSizes) {
    const int64_t stride = size + 3;
    std::vector<float> rows;
    std::vector<int32_t> wanted;
    for (int row = 0; row < 4; ++row) {
      std::vector<float> logits = RandomLogits(draws, stride, 4.0f, row % 2 == 0 ? 3 : 0);
      if (row == 3) std::fill(logits.begin(), logits.end(), -INFINITY);
      // Beyond the row's end: never looked at.
      std::fill(logits.end() - 3, logits.end(), 1e30f);
      wanted.push_back(ArgMax(std::span(logits).first(static_cast<size_t>(size))));
      rows.insert(rows.end(), logits.begin(), logits.end());
    }
    rows[static_cast<size_t>(stride + size / 2)] = NAN;
    const auto input = Upload(rows);
    DeviceBuffer<int32_t> indices(4), finite(4);
    cuda::ArgMaxRows({.rows = input.data(),
                      .stride = stride,
                      .num_rows = 4,
                      .size = size,
                      .indices = indices.data(),
                      .finite = finite.data()},
                     nullptr);
    const std::vector<int32_t> found = Download(indices);
    EXPECT_EQ(Download(finite), (std::vector<int32_t>{1, 0, 1, 0})) << size;
    for (const size_t row : {0u, 2u, 3u}) EXPECT_EQ(found[row], wanted[row]) << size;
    EXPECT_LT(found[1], size);
  }
}

TEST_P(SamplingTest, WeightsHaveTheCpusBits) {
  Draws draws(2);
  for (const int32_t size : kSizes) {
    for (const float inverse_temperature : {1.0f, 0.5f, 1.6f}) {
      std::vector<float> logits = RandomLogits(draws, size, 50.0f);
      if (size > 2) logits[1] = -INFINITY;
      std::vector<float> want(logits.size());
      const double sum = SoftmaxWeights(logits, inverse_temperature, want);
      // The same row twice, among others: its bits do not depend on its place.
      std::vector<float> rows = logits;
      const std::vector<float> other = RandomLogits(draws, size, 3.0f);
      rows.insert(rows.end(), other.begin(), other.end());
      rows.insert(rows.end(), logits.begin(), logits.end());
      auto input = Upload(rows);
      const auto factors = Upload(std::vector<float>{inverse_temperature, 1, inverse_temperature});
      DeviceBuffer<double> sums(3);
      cuda::SoftmaxWeightsRows({.logits = input.data(),
                                .stride = size,
                                .num_rows = 3,
                                .size = size,
                                .inverse_temperatures = factors.data(),
                                .weights = input.data(),
                                .weight_stride = size,
                                .sums = sums.data()},
                               nullptr);
      const std::vector<float> got = Download(input);
      const auto n = static_cast<std::ptrdiff_t>(size);
      EXPECT_EQ(std::vector<float>(got.begin(), got.begin() + n), want);
      EXPECT_EQ(std::vector<float>(got.begin() + 2 * n, got.end()), want);
      const std::vector<double> found = Download(sums);
      EXPECT_NEAR(found[0], sum, 1e-13 * sum);
      EXPECT_EQ(found[0], found[2]);
    }
  }
}

TEST_P(SamplingTest, DrawsInvertTheCumulatedWeights) {
  Draws draws(3);
  for (const int32_t size : kSizes) {
    std::vector<float> weights = RandomLogits(draws, size, 1.0f);
    // Few and round weights: cumulated sums are exact, so draws at the edges are decided.
    for (float& w : weights) w = w > 0.5f ? std::ldexp(1.0f, -draws.Below(6)) : 0.0f;
    weights[static_cast<size_t>(size / 2)] = 1.0f;
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> uniforms = {0.0, std::nextafter(1.0, 0.0), 0.5, 0.25};
    double edge = 0;
    for (int32_t i = 0; i < size && uniforms.size() < 20; i += 1 + size / 16) {
      edge += static_cast<double>(weights[static_cast<size_t>(i)]);
      uniforms.push_back(edge / total < 1 ? edge / total : 0.75);
      uniforms.push_back(draws.Next());
    }
    const auto count = static_cast<int64_t>(uniforms.size());
    const auto input = Upload(weights);
    const auto u = Upload(uniforms);
    DeviceBuffer<int32_t> indices(count);
    cuda::SampleRows({.weights = input.data(),
                      .stride = 0,
                      .num_rows = count,
                      .size = size,
                      .uniforms = u.data(),
                      .indices = indices.data()},
                     nullptr);
    const std::vector<int32_t> found = Download(indices);
    for (size_t i = 0; i < uniforms.size(); ++i) {
      EXPECT_EQ(found[i], SampleIndex(weights, uniforms[i])) << size << " u " << uniforms[i];
    }
  }
}

struct LawCase {
  std::vector<float> logits;
  SamplingParams sampling;
};

std::vector<LawCase> LawCases() {
  Draws draws(4);
  std::vector<LawCase> cases;
  const SamplingParams samplings[] = {{1.0, 0, 1.0},  {0.7, 1, 1.0},  {1.3, 5, 1.0},
                                      {1.0, 0, 0.9},  {1.0, 0, 0.5},  {0.7, 40, 0.8},
                                      {1.0, 3, 0.25}, {1.0, 0, 1e-9}, {2.0, 0, 0.999999}};
  for (const int32_t size : {1, 7, 600, 1500}) {
    for (const int levels : {0, 4, 40}) {
      for (const SamplingParams& sampling : samplings) {
        cases.push_back({RandomLogits(draws, size, 5.0f, levels), sampling});
      }
    }
  }
  // A few entries above a floor that vanishes: fewer candidates than k.
  std::vector<float> peaked(700, -500.0f);
  peaked[3] = peaked[690] = 2.0f;
  peaked[5] = 1.0f;
  for (const SamplingParams& sampling : samplings) cases.push_back({peaked, sampling});
  // Equal weights: the mass of n tokens is exactly n, and ties are cut by id.
  for (const double top_p : {0.25, 0.5, 0.5 + 1e-12, 0.75, 1.0 / 1024, 1.5 / 1024}) {
    cases.push_back({std::vector<float>(1024, 0.5f), {1.0, 0, top_p}});
  }
  for (const int32_t top_k : {1, 2, 511, 512, 1023, 1024, 5000}) {
    cases.push_back({std::vector<float>(1024, 0.5f), {1.0, top_k, 1.0}});
    cases.push_back({std::vector<float>(1024, 0.5f), {1.0, top_k, 0.5}});
  }
  return cases;
}

TEST_P(SamplingTest, TruncatedLawsKeepTheCpusTokens) {
  TokenLaw law;
  for (const LawCase& test : LawCases()) {
    SCOPED_TRACE("size " + std::to_string(test.logits.size()) + " T " +
                 std::to_string(test.sampling.temperature) + " k " +
                 std::to_string(test.sampling.top_k) + " p " + std::to_string(test.sampling.top_p));
    ComputeTargetLaw(test.logits, test.sampling, law);
    const auto size = static_cast<int32_t>(test.logits.size());
    const auto input = Upload(test.logits);
    const auto requests = Upload(std::vector<RoundRequest>{MakeRequest(test.sampling, 1)});
    DeviceBuffer<float> weights(size);
    DeviceBuffer<double> sums(1);
    cuda::TargetLawRows({.logits = input.data(),
                         .stride = size,
                         .num_rows = 1,
                         .size = size,
                         .requests = requests.data(),
                         .weights = weights.data(),
                         .weight_stride = size,
                         .sums = sums.data()},
                        nullptr);
    ASSERT_EQ(Download(weights), law.weights);
    EXPECT_NEAR(Download(sums)[0], law.sum, 1e-12 * law.sum);
  }
}

// Requests of every kind over a reduced vocabulary.
struct DraftWorld {
  static constexpr int32_t kBlock = 3;
  static constexpr int32_t kVocab = 700;
  std::vector<RoundRequest> requests;
  std::vector<int32_t> target_ids;
  std::vector<float> logits;  // [requests, kBlock, kVocab]
  std::vector<int32_t> stops;

  explicit DraftWorld(bool reduced) {
    Draws draws(5);
    for (int32_t id = 0; id < 6; ++id) {
      SamplingParams sampling;
      sampling.temperature = id % 2 == 0 ? 0.0 : 0.6 + 0.2 * id;
      RoundRequest request = MakeRequest(sampling, id);
      request.max_drafts = id == 4 ? 0 : (id == 5 ? 2 : kBlock);
      if (id == 3) request.slot = -1;
      requests.push_back(request);
    }
    for (int32_t i = 0; reduced && i < kVocab; ++i) target_ids.push_back(3 * i + 1);
    for (int row = 0; row < 6 * kBlock; ++row) {
      const auto logit_row = RandomLogits(draws, kVocab, 6.0f, row % 3 == 0 ? 20 : 0);
      logits.insert(logits.end(), logit_row.begin(), logit_row.end());
    }
  }

  std::span<const float> Row(size_t r, size_t k) const {
    return std::span(logits).subspan((r * kBlock + k) * kVocab, kVocab);
  }
  // What the CPU drafts; stops end a block.
  DraftBlock Want(size_t r) const {
    const RoundRequest& from = requests[r];
    DraftRequest request;
    request.anchor_position = from.anchor_position;
    request.sampling.temperature =
        from.inverse_temperature > 0 ? 1 / static_cast<double>(from.inverse_temperature) : 0;
    request.seed = from.seed;
    request.random_id = from.random_id;
    request.round = from.round;
    DraftBlock block;
    for (int32_t k = 0; from.slot >= 0 && k < from.max_drafts; ++k) {
      const bool stopped =
          k > 0 && std::find(stops.begin(), stops.end(), block.tokens.back()) != stops.end();
      if (stopped) break;
      ChooseDraft(request, Row(r, static_cast<size_t>(k)), target_ids, k, block);
    }
    return block;
  }
};

struct DraftBuffers {
  DeviceBuffer<float> laws;
  DeviceBuffer<double> sums{6 * DraftWorld::kBlock};
  DeviceBuffer<int32_t> tokens{6 * DraftWorld::kBlock}, indices{6 * DraftWorld::kBlock};
  DeviceBuffer<int32_t> num_drafted{6}, next{6};
  DeviceBuffer<RoundRequest> requests;
  DeviceBuffer<int32_t> target_ids, stops;

  explicit DraftBuffers(const DraftWorld& world)
      : laws(Upload(world.logits)),
        requests(Upload(world.requests)),
        target_ids(Upload(world.target_ids)),
        stops(Upload(world.stops)) {
    cuda::FillZero(tokens.data(), tokens.size(), nullptr);
    cuda::FillZero(next.data(), next.size(), nullptr);
  }

  cuda::DraftRows Rows(const DraftWorld& world) {
    return {.num_requests = 6,
            .block = DraftWorld::kBlock,
            .draft_vocab = DraftWorld::kVocab,
            .laws = laws.data(),
            .law_stride = DraftWorld::kVocab,
            .law_sums = sums.data(),
            .tokens = tokens.data(),
            .draft_indices = indices.data(),
            .num_drafted = num_drafted.data(),
            .stop_tokens = world.stops.empty() ? nullptr : stops.data(),
            .map = {.target_ids = world.target_ids.empty() ? nullptr : target_ids.data()}};
  }
};

void ExpectDrafts(const DraftWorld& world, const DraftBuffers& buffers) {
  const std::vector<int32_t> tokens = Download(buffers.tokens);
  const std::vector<int32_t> indices = Download(buffers.indices);
  const std::vector<int32_t> num_drafted = Download(buffers.num_drafted);
  const std::vector<float> laws = Download(buffers.laws);
  const std::vector<double> sums = Download(buffers.sums);
  for (size_t r = 0; r < world.requests.size(); ++r) {
    SCOPED_TRACE("request " + std::to_string(r));
    const DraftBlock want = world.Want(r);
    ASSERT_EQ(num_drafted[r], static_cast<int32_t>(want.tokens.size()));
    for (size_t k = 0; k < DraftWorld::kBlock; ++k) {
      const size_t at = r * DraftWorld::kBlock + k;
      const std::span<const float> law =
          std::span(laws).subspan(at * DraftWorld::kVocab, DraftWorld::kVocab);
      const bool sampled = k < want.weights.size();
      const std::span<const float> wanted =
          sampled ? std::span<const float>(want.weights[k]) : world.Row(r, k);
      EXPECT_TRUE(std::equal(law.begin(), law.end(), wanted.begin())) << k;
      if (k >= want.tokens.size()) {
        EXPECT_EQ(tokens[at], 0);
        continue;
      }
      EXPECT_EQ(tokens[at], want.tokens[k]);
      EXPECT_EQ(indices[at], want.draft_indices[k]);
      if (sampled) {
        EXPECT_NEAR(sums[at], want.weight_sums[k], 1e-12 * sums[at]);
      }
    }
  }
}

TEST_P(SamplingTest, ParallelBlocksAreTheCpus) {
  for (const bool reduced : {false, true}) {
    const DraftWorld world(reduced);
    DraftBuffers buffers(world);
    cuda::ChooseDrafts({.drafts = buffers.Rows(world),
                        .requests = buffers.requests.data(),
                        .first_offset = 0,
                        .num_offsets = DraftWorld::kBlock},
                       nullptr);
    ExpectDrafts(world, buffers);
  }
}

TEST_P(SamplingTest, StepsFollowEachOtherUntilAStop) {
  DraftWorld world(true);
  // The second token of one request, the first of another.
  world.stops = {5, world.Want(0).tokens[1], world.Want(1).tokens[0]};
  for (RoundRequest& request : world.requests) {
    request.first_stop = 1;
    request.num_stops = 2;
  }
  DraftBuffers buffers(world);
  for (int32_t k = 0; k < DraftWorld::kBlock; ++k) {
    cuda::ChooseDrafts({.drafts = buffers.Rows(world),
                        .requests = buffers.requests.data(),
                        .first_offset = k,
                        .next_tokens = buffers.next.data()},
                       nullptr);
  }
  ASSERT_EQ(world.Want(1).tokens.size(), 1u);
  ExpectDrafts(world, buffers);
  const std::vector<int32_t> next = Download(buffers.next);
  for (size_t r = 0; r < world.requests.size(); ++r) {
    const std::vector<int32_t> tokens = world.Want(r).tokens;
    EXPECT_EQ(next[r], tokens.empty() ? 0 : tokens.back()) << r;
  }
}

TEST_P(SamplingTest, RowsWithNaNStayInside) {
  DraftWorld world(true);
  for (size_t i = 0; i < world.logits.size(); ++i) {
    if (i / DraftWorld::kVocab % 2 == 0 || i % 7 == 0) world.logits[i] = NAN;
  }
  DraftBuffers buffers(world);
  cuda::ChooseDrafts({.drafts = buffers.Rows(world),
                      .requests = buffers.requests.data(),
                      .num_offsets = DraftWorld::kBlock},
                     nullptr);
  const std::vector<int32_t> indices = Download(buffers.indices);
  const std::vector<int32_t> num_drafted = Download(buffers.num_drafted);
  for (size_t at = 0; at < indices.size(); ++at) {
    if (static_cast<int32_t>(at % DraftWorld::kBlock) >= num_drafted[at / DraftWorld::kBlock]) {
      continue;
    }
    EXPECT_GE(indices[at], 0);
    EXPECT_LT(indices[at], DraftWorld::kVocab);
  }
}

}  // namespace
}  // namespace dsb::testing
