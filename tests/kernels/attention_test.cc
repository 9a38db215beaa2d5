#include "kernels/attention.h"

#include <algorithm>
#include <limits>

#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

// A KV layer of one slot whose rows beyond `length` are NaN.
struct Slot {
  Slot(int64_t capacity, int64_t num_kv_heads, int64_t head_dim)
      : keys(static_cast<size_t>(num_kv_heads * capacity * head_dim),
             std::numeric_limits<float>::quiet_NaN()),
        values(keys),
        layer{keys.data(), values.data(), capacity, num_kv_heads, head_dim} {}

  void Fill(int64_t length, uint32_t seed) {
    const int64_t width = layer.num_kv_heads * layer.head_dim;
    const auto k = RandomFloats(length * width, seed);
    const auto v = RandomFloats(length * width, seed + 1);
    StoreKv({.layer = layer,
             .keys = k.data(),
             .values = v.data(),
             .stride = width,
             .first_position = 0,
             .num_rows = length});
  }

  std::vector<float> keys;
  std::vector<float> values;
  KvLayer layer;
};

struct Case {
  int64_t num_heads;
  int64_t num_kv_heads;
  int64_t head_dim;
};

class AttentionTest : public KernelTest {
 protected:
  std::vector<float> Run(Case shape, std::span<const AttentionSequence> sequences,
                         std::span<const float> queries, int threads = 2) {
    std::vector<float> out(queries.size());
    ThreadPool pool(threads);
    Attention(Params(shape, sequences, queries, out), scratch_, pool);
    return out;
  }
  static AttentionParams Params(Case shape, std::span<const AttentionSequence> sequences,
                                std::span<const float> queries, std::span<float> out) {
    const int64_t width = shape.num_heads * shape.head_dim;
    return {.queries = queries.data(),
            .query_stride = width,
            .output = out.data(),
            .output_stride = width,
            .sequences = sequences,
            .num_heads = shape.num_heads,
            .scale = 1.0f / std::sqrt(static_cast<float>(shape.head_dim))};
  }
};

constexpr Case kCases[] = {{9, 3, 64}, {4, 4, 16}, {8, 1, 18}, {12, 1, 80}, {2, 1, 2}, {4, 2, 128}};

TEST_P(AttentionTest, AgreesWithTheReferenceWhereRowsBeyondTheLengthAreNan) {
  for (const Case shape : kCases) {
    for (const bool causal : {true, false}) {
      Slot a(64, shape.num_kv_heads, shape.head_dim);
      Slot b(304, shape.num_kv_heads, shape.head_dim);
      a.Fill(37, 1);
      b.Fill(300, 5);
      const AttentionSequence sequences[] = {
          {a.layer, 0, 5, 32, causal}, {b.layer, 5, 1, 299, causal}, {b.layer, 6, 9, 0, causal}};
      const auto queries = RandomFloats(15 * shape.num_heads * shape.head_dim, 21, 2.0f);
      const auto got = Run(shape, sequences, queries);
      std::vector<float> want(got.size());
      reference::Attention(Params(shape, sequences, queries, want));
      for (size_t i = 0; i < got.size(); ++i) {
        ASSERT_TRUE(Near(got[i], want[i], kAttention, 1.0))
            << shape.num_heads << "/" << shape.num_kv_heads << "x" << shape.head_dim << " at " << i
            << ": got " << got[i] << ", want " << want[i];
      }
      SetActiveIsaForTest(Isa::kPortable);
      EXPECT_TRUE(SameBits(got, Run(shape, sequences, queries, 1)));
      SetActiveIsaForTest(GetParam());
    }
  }
}

TEST_P(AttentionTest, ARowsBitsDoNotDependOnTheBatchOrTheThreads) {
  for (const Case shape : kCases) {
    Slot slot(64, shape.num_kv_heads, shape.head_dim);
    slot.Fill(60, 1);
    const int64_t width = shape.num_heads * shape.head_dim;
    const auto queries = RandomFloats(17 * width, 21);
    std::vector<float> alone;
    for (int64_t row = 0; row < 17; ++row) {
      const AttentionSequence one{slot.layer, 0, 1, 40 + row, true};
      const auto out = Run(
          shape, {&one, 1},
          std::span(queries).subspan(static_cast<size_t>(row * width), static_cast<size_t>(width)),
          1);
      alone.insert(alone.end(), out.begin(), out.end());
    }
    for (const int64_t batch : {2, 3, 4, 5, 6, 7, 8, 9, 17}) {
      for (const int threads : {1, 2, 3}) {
        const AttentionSequence sequences[] = {
            {slot.layer, 0, 17 - batch, 40, true},
            {slot.layer, 17 - batch, batch, 40 + 17 - batch, true}};
        EXPECT_TRUE(SameBits(alone, Run(shape, sequences, queries, threads)))
            << batch << " rows, " << threads << " threads, head size " << shape.head_dim;
      }
    }
  }
}

TEST_P(AttentionTest, StoredRowsComeBackWhereTheIndexSays) {
  Slot slot(32, 2, 6);
  slot.Fill(3, 1);
  const auto k = RandomFloats(2 * 15, 77);
  const auto v = RandomFloats(2 * 15, 78);
  StoreKv({.layer = slot.layer,
           .keys = k.data(),
           .values = v.data(),
           .stride = 15,
           .first_position = 15,
           .num_rows = 2});
  for (int64_t row = 0; row < 2; ++row) {
    for (int64_t i = 0; i < 12; ++i) {
      const auto from = static_cast<size_t>(row * 15 + i);
      EXPECT_EQ(slot.keys[static_cast<size_t>(KeyIndex(slot.layer, i / 6, 15 + row, i % 6))],
                k[from]);
      EXPECT_EQ(slot.values[static_cast<size_t>(ValueIndex(slot.layer, i / 6, 15 + row, i % 6))],
                v[from]);
    }
  }
  EXPECT_TRUE(std::isnan(slot.keys[static_cast<size_t>(KeyIndex(slot.layer, 0, 17, 0))]));
  EXPECT_TRUE(std::isnan(slot.values[static_cast<size_t>(ValueIndex(slot.layer, 1, 14, 0))]));
}

INSTANTIATE_TEST_SUITE_P(Isas, AttentionTest, ::testing::ValuesIn(AvailableIsas()), IsaParamName);

}  // namespace
}  // namespace dsb::testing
