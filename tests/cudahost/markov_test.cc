// The Markov block on the device against its formulas in double (drafters.md 1.4) along the path
// that it chose, and its choices against the CPU's functions on the laws that it left.
#include "kernels/cuda/markov/markov.h"

#include <cstring>

#include "base/half.h"
#include "kernels/vocabulary_row.h"
#include "tests/cudahost/decoding_cases.h"
#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

using cuda::DeviceBuffer;
using cuda::MarkovKind;
using cuda::RoundRequest;
using cuda::ValueType;

struct MarkovCase {
  MarkovKind kind = MarkovKind::kVanilla;
  ValueType type = ValueType::kF32;
  int32_t rank = 8, hidden = 0, vocab = 0, draft_vocab = 0, block = 3, num_requests = 0;
  int32_t max_blocks = 5;
  bool reduced() const { return draft_vocab < vocab; }
};

// Weights and inputs of a case, on the host.
struct MarkovWorld {
  MarkovCase shape;
  std::vector<float> w1, w2, projection, bias, hidden, base;
  std::vector<int32_t> target_ids;
  std::vector<RoundRequest> requests;

  explicit MarkovWorld(const MarkovCase& test) : shape(test) {
    Draws draws(21);
    const auto matrix = [&](int64_t rows, int64_t cols, float spread) {
      std::vector<float> values = RandomLogits(draws, rows * cols, spread);
      if (shape.type == ValueType::kBf16) {
        for (float& value : values) value = FloatFromBf16(Bf16FromFloat(value));
      }
      return values;
    };
    w1 = matrix(shape.vocab, shape.rank, 1.0f);
    w2 = matrix(shape.draft_vocab, shape.rank, 1.0f);
    const bool rnn = shape.kind == MarkovKind::kRnn;
    if (shape.kind != MarkovKind::kVanilla) {
      const int32_t outputs = rnn ? 3 * shape.rank : shape.rank;
      projection = matrix(outputs, shape.hidden + (rnn ? 2 : 1) * shape.rank, 0.3f);
      bias = RandomLogits(draws, outputs, 0.5f);
      hidden = RandomLogits(draws, int64_t{shape.num_requests} * shape.block * shape.hidden, 1.0f);
    }
    base = RandomLogits(draws, int64_t{shape.num_requests} * shape.block * shape.draft_vocab, 3.0f);
    for (int32_t i = 0; shape.reduced() && i < shape.draft_vocab; ++i) target_ids.push_back(2 * i);
    for (int32_t id = 0; id < shape.num_requests; ++id) {
      RoundRequest request = MakeRequest({.temperature = id % 3 == 0 ? 0.0 : 0.5 + 0.1 * id}, id);
      request.anchor = draws.Below(shape.vocab);
      request.max_drafts = id % 5 == 3 ? 1 : (id % 5 == 4 ? 0 : shape.block);
      if (id % 7 == 6) request.slot = -1;
      requests.push_back(request);
    }
  }

  int32_t Wanted(size_t r) const { return requests[r].slot < 0 ? 0 : requests[r].max_drafts; }
};

struct MarkovResult {
  std::vector<float> laws;
  std::vector<double> sums;
  std::vector<int32_t> tokens, indices, num_drafted;
};

// Runs twice with one workspace: nothing may be left behind in it.
MarkovResult RunMarkov(const MarkovWorld& world) {
  const MarkovCase& shape = world.shape;
  const bool projects = shape.kind != MarkovKind::kVanilla;
  const auto w1 = Upload(cuda::PackRowMatrix(world.w1, shape.rank, shape.type));
  const auto w2 = Upload(cuda::PackTileMatrix(world.w2, shape.rank, shape.type));
  const int32_t outputs = static_cast<int32_t>(world.bias.size());
  const int32_t cols = projects ? static_cast<int32_t>(world.projection.size()) / outputs : 8;
  const auto projection = Upload(cuda::PackRowMatrix(world.projection, cols, shape.type));
  const auto bias = Upload(world.bias), hidden = Upload(world.hidden);
  const auto target_ids = Upload(world.target_ids);
  const auto requests = Upload(world.requests);
  const cuda::MarkovWeights weights{.kind = shape.kind,
                                    .rank = shape.rank,
                                    .hidden = shape.hidden,
                                    .w1 = {w1.data(), shape.type, shape.vocab, shape.rank},
                                    .w2 = {w2.data(), shape.type, shape.draft_vocab, shape.rank},
                                    .projection = {projection.data(), shape.type, outputs, cols},
                                    .projection_bias = bias.data()};
  const int32_t max_requests = shape.num_requests + 9;
  const int64_t bytes =
      cuda::MarkovWorkspaceBytes(max_requests, shape.block, weights, shape.draft_vocab);
  DeviceBuffer<uint8_t> workspace(bytes);
  cuda::FillZero(workspace.data(), bytes, nullptr);
  const int64_t rows = int64_t{shape.num_requests} * shape.block;
  DeviceBuffer<double> sums(rows);
  DeviceBuffer<int32_t> tokens(rows), indices(rows), num_drafted(shape.num_requests);
  MarkovResult results[2];
  for (MarkovResult& result : results) {
    auto laws = Upload(world.base);
    cuda::FillZero(tokens.data(), rows, nullptr);
    cuda::FillZero(sums.data(), rows, nullptr);
    cuda::FillZero(indices.data(), rows, nullptr);
    cuda::MarkovBlock(
        {.weights = weights,
         .drafts = {.num_requests = shape.num_requests,
                    .block = shape.block,
                    .draft_vocab = shape.draft_vocab,
                    .laws = laws.data(),
                    .law_stride = shape.draft_vocab,
                    .law_sums = sums.data(),
                    .tokens = tokens.data(),
                    .draft_indices = indices.data(),
                    .num_drafted = num_drafted.data(),
                    .map = {.target_ids = shape.reduced() ? target_ids.data() : nullptr}},
         .requests = requests.data(),
         .hidden = hidden.data(),
         .hidden_stride = shape.hidden,
         .workspace = workspace.data(),
         .max_requests = max_requests,
         .max_blocks = shape.max_blocks},
        nullptr);
    result = {Download(laws), Download(sums), Download(tokens), Download(indices),
              Download(num_drafted)};
  }
  EXPECT_EQ(std::memcmp(results[0].laws.data(), results[1].laws.data(),
                        results[0].laws.size() * sizeof(float)),
            0);
  EXPECT_EQ(results[0].tokens, results[1].tokens);
  return results[0];
}

double Rounded(double value, ValueType type) {
  if (type == ValueType::kF32) return value;
  return static_cast<double>(FloatFromBf16(Bf16FromFloat(static_cast<float>(value))));
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// One request's head in double.
class ReferenceHead {
 public:
  ReferenceHead(const MarkovWorld& world, size_t r)
      : world_(world), r_(r), state_(static_cast<size_t>(world.shape.rank), 0.0) {}

  // The biased logits at position k after `previous`.
  std::vector<double> Logits(int32_t k, int32_t previous) {
    const MarkovCase& shape = world_.shape;
    const auto rank = static_cast<size_t>(shape.rank);
    const std::vector<double> input = Input(k, previous);
    const size_t row = r_ * static_cast<size_t>(shape.block) + static_cast<size_t>(k);
    std::vector<double> logits;
    for (size_t v = 0; v < static_cast<size_t>(shape.draft_vocab); ++v) {
      double sum = 0;
      for (size_t j = 0; j < rank; ++j) {
        sum += static_cast<double>(world_.w2[v * rank + j]) * Rounded(input[j], shape.type);
      }
      logits.push_back(
          sum + static_cast<double>(world_.base[row * static_cast<size_t>(shape.draft_vocab) + v]));
    }
    return logits;
  }

 private:
  std::vector<double> Input(int32_t k, int32_t previous) {
    const MarkovCase& shape = world_.shape;
    const auto rank = static_cast<size_t>(shape.rank);
    const auto hidden = static_cast<size_t>(shape.hidden);
    const float* w1 = world_.w1.data() + static_cast<size_t>(previous) * rank;
    std::vector<double> embedded(w1, w1 + rank);
    if (shape.kind == MarkovKind::kVanilla) return embedded;
    const size_t row = r_ * static_cast<size_t>(shape.block) + static_cast<size_t>(k);
    const float* h = world_.hidden.data() + row * hidden;
    std::vector<double> joined;
    const bool rnn = shape.kind == MarkovKind::kRnn;
    if (rnn) {
      joined = state_;
    } else {
      joined.assign(h, h + hidden);
    }
    joined.insert(joined.end(), embedded.begin(), embedded.end());
    if (rnn) joined.insert(joined.end(), h, h + hidden);
    std::vector<double> projected;
    for (size_t i = 0; i < world_.bias.size(); ++i) {
      double sum = static_cast<double>(world_.bias[i]);
      for (size_t j = 0; j < joined.size(); ++j) {
        sum += static_cast<double>(world_.projection[i * joined.size() + j]) *
               Rounded(joined[j], shape.type);
      }
      projected.push_back(sum);
    }
    std::vector<double> input(rank);
    for (size_t j = 0; j < rank; ++j) {
      if (!rnn) {
        input[j] = embedded[j] * Sigmoid(projected[j]);
        continue;
      }
      const double keep = Sigmoid(projected[j]);
      state_[j] = keep * state_[j] + (1 - keep) * std::tanh(projected[rank + j]);
      input[j] = std::tanh(projected[2 * rank + j]);
    }
    return input;
  }

  const MarkovWorld& world_;
  size_t r_;
  std::vector<double> state_;
};

// A bf16 input may round the other way than the double's: half a bf16 step of one term.
double ToleranceOf(ValueType type) { return type == ValueType::kBf16 ? 2e-2 : 2e-5; }

void ExpectGreedy(const MarkovWorld& world, const MarkovResult& result, size_t at,
                  const std::vector<double>& want) {
  const auto vocab = static_cast<size_t>(world.shape.draft_vocab);
  const auto row = std::span(result.laws).subspan(at * vocab, vocab);
  for (size_t v = 0; v < vocab; ++v) {
    ASSERT_NEAR(row[v], want[v], ToleranceOf(world.shape.type)) << v;
  }
  EXPECT_EQ(result.indices[at], ArgMax(row));
  EXPECT_EQ(result.sums[at], 0.0);
}

void ExpectSampled(const MarkovWorld& world, const MarkovResult& result, size_t at,
                   const RoundRequest& request, const std::vector<double>& want) {
  const auto vocab = static_cast<size_t>(world.shape.draft_vocab);
  const auto row = std::span(result.laws).subspan(at * vocab, vocab);
  const double largest = *std::max_element(want.begin(), want.end());
  const double tolerance =
      3 * ToleranceOf(world.shape.type) * static_cast<double>(request.inverse_temperature);
  double sum = 0;
  for (size_t v = 0; v < vocab; ++v) {
    const double weight =
        std::exp((want[v] - largest) * static_cast<double>(request.inverse_temperature));
    ASSERT_NEAR(row[v], weight, tolerance * weight + 1e-30) << v;
    sum += static_cast<double>(row[v]);
  }
  EXPECT_EQ(*std::max_element(row.begin(), row.end()), 1.0f);
  EXPECT_NEAR(result.sums[at], sum, 1e-12 * sum);
  const auto k = static_cast<int32_t>(at) % world.shape.block;
  EXPECT_EQ(result.indices[at], SampleIndex(row, UniformOf(request, RandomPurpose::kDraft, k)));
}

void ExpectBlocks(const MarkovWorld& world, const MarkovResult& result) {
  const MarkovCase& shape = world.shape;
  for (size_t r = 0; r < world.requests.size(); ++r) {
    ReferenceHead head(world, r);
    EXPECT_EQ(result.num_drafted[r], world.Wanted(r)) << r;
    int32_t previous = world.requests[r].anchor;
    for (int32_t k = 0; k < shape.block; ++k) {
      SCOPED_TRACE("request " + std::to_string(r) + " position " + std::to_string(k));
      const size_t at = r * static_cast<size_t>(shape.block) + static_cast<size_t>(k);
      if (k >= world.Wanted(r)) {
        const auto vocab = static_cast<size_t>(shape.draft_vocab);
        EXPECT_EQ(std::memcmp(result.laws.data() + at * vocab, world.base.data() + at * vocab,
                              vocab * sizeof(float)),
                  0);
        continue;
      }
      const std::vector<double> want = head.Logits(k, previous);
      if (world.requests[r].inverse_temperature > 0) {
        ExpectSampled(world, result, at, world.requests[r], want);
      } else {
        ExpectGreedy(world, result, at, want);
      }
      const int32_t index = result.indices[at];
      previous = shape.reduced() ? world.target_ids[static_cast<size_t>(index)] : index;
      EXPECT_EQ(result.tokens[at], previous);
    }
  }
}

class MarkovTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(MarkovTest);

TEST_P(MarkovTest, EveryHeadBiasesAndChooses) {
  for (const auto kind : {MarkovKind::kVanilla, MarkovKind::kGated, MarkovKind::kRnn}) {
    for (const auto type : {ValueType::kF32, ValueType::kBf16}) {
      SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + " type " +
                   std::to_string(static_cast<int>(type)));
      const bool projects = kind != MarkovKind::kVanilla;
      const MarkovWorld world({.kind = kind,
                               .type = type,
                               .rank = type == ValueType::kF32 ? 24 : 16,
                               .hidden = projects ? 40 : 0,
                               .vocab = 200,
                               .draft_vocab = type == ValueType::kF32 ? 97 : 200,
                               .num_requests = 4});
      ExpectBlocks(world, RunMarkov(world));
    }
  }
}

TEST_P(MarkovTest, ARequestsBitsDoNotDependOnTheBatchOrTheBlocks) {
  // Two groups of requests, the second one short.
  MarkovWorld world({.kind = MarkovKind::kRnn,
                     .rank = 8,
                     .hidden = 16,
                     .vocab = 130,
                     .draft_vocab = 130,
                     .block = 2,
                     .num_requests = 10});
  const MarkovResult all = RunMarkov(world);
  ExpectBlocks(world, all);
  world.shape.max_blocks = 1;
  EXPECT_EQ(RunMarkov(world).laws, all.laws);
  for (const size_t r : {1u, 8u}) {
    MarkovWorld alone = world;
    alone.shape.num_requests = 1;
    alone.requests = {world.requests[r]};
    const auto rows = static_cast<std::ptrdiff_t>(2 * r);
    alone.hidden.assign(world.hidden.begin() + rows * 16, world.hidden.begin() + (rows + 2) * 16);
    alone.base.assign(world.base.begin() + rows * 130, world.base.begin() + (rows + 2) * 130);
    const MarkovResult one = RunMarkov(alone);
    EXPECT_EQ(one.laws, std::vector<float>(all.laws.begin() + rows * 130,
                                           all.laws.begin() + (rows + 2) * 130));
    EXPECT_EQ(one.sums[0], all.sums[2 * r]);
    EXPECT_EQ(one.tokens[1], all.tokens[2 * r + 1]);
  }
}

TEST_P(MarkovTest, SlicesOfSeveralRowsOfTiles) {
  MarkovWorld world(
      {.rank = 8, .vocab = 33000, .draft_vocab = 33000, .block = 1, .num_requests = 2});
  ExpectBlocks(world, RunMarkov(world));
}

TEST_P(MarkovTest, RowsWithNaNStayInside) {
  MarkovWorld world({.rank = 8, .vocab = 100, .draft_vocab = 100, .num_requests = 4});
  for (size_t i = 0; i < world.base.size(); i += i < 400 ? 1 : 9) world.base[i] = NAN;
  for (const int32_t index : RunMarkov(world).indices) {
    EXPECT_GE(index, 0);
    EXPECT_LT(index, 100);
  }
}

}  // namespace
}  // namespace dsb::testing
