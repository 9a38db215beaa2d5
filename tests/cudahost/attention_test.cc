#include "kernels/cuda/attention/attention.h"

#include "kernels/cuda/attention/store_kv.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

using cuda::RowInfo;

class CudaAttention : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaAttention);

struct Heads {
  int64_t num_heads;
  int64_t num_kv_heads;
  int64_t head_dim;
};

constexpr int64_t kCapacity = 320;
constexpr int64_t kSlots = 3;

// A cache filled through StoreKv up to `lengths`; what lies beyond is NaN.
class Cache {
 public:
  Cache(Heads heads, const std::vector<int32_t>& lengths)
      : heads_(heads),
        size_(cuda::KvPlaneFloats(kSlots, heads.num_kv_heads, kCapacity, heads.head_dim)),
        keys_(Upload(std::vector<float>(static_cast<size_t>(size_), NAN))),
        values_(Upload(std::vector<float>(static_cast<size_t>(size_), NAN))) {
    std::vector<RowInfo> info;
    for (size_t slot = 0; slot < lengths.size(); ++slot) {
      first_row_.push_back(static_cast<int64_t>(info.size()));
      for (int32_t p = 0; p < lengths[slot]; ++p) {
        info.push_back({static_cast<int32_t>(slot), p, p + 1});
      }
    }
    const auto rows = static_cast<int64_t>(info.size());
    host_keys_ = RandomFloats(rows * width(), 31);
    host_values_ = RandomFloats(rows * width(), 32);
    const auto k = Upload(host_keys_);
    const auto v = Upload(host_values_);
    const auto rows_info = Upload(info);
    cuda::StoreKv({.cache = view(),
                   .keys = k.data(),
                   .values = v.data(),
                   .stride = width(),
                   .info = rows_info.data(),
                   .num_rows = rows},
                  nullptr);
    cuda::Synchronize(nullptr);
  }

  int64_t width() const { return heads_.num_kv_heads * heads_.head_dim; }
  cuda::KvCache view() {
    return {.keys = keys_.data(),
            .values = values_.data(),
            .capacity = kCapacity,
            .num_kv_heads = heads_.num_kv_heads,
            .head_dim = heads_.head_dim,
            .num_slots = kSlots};
  }
  const float* Key(int32_t slot, int64_t position) const {
    return host_keys_.data() + (first_row_[static_cast<size_t>(slot)] + position) * width();
  }
  const float* Value(int32_t slot, int64_t position) const {
    return host_values_.data() + (first_row_[static_cast<size_t>(slot)] + position) * width();
  }

 private:
  Heads heads_;
  int64_t size_;
  cuda::DeviceBuffer<float> keys_;
  cuda::DeviceBuffer<float> values_;
  std::vector<int64_t> first_row_;
  std::vector<float> host_keys_;
  std::vector<float> host_values_;
};

float ScaleOf(Heads heads) { return 1.0f / std::sqrt(static_cast<float>(heads.head_dim)); }

std::vector<float> RunAttention(Heads heads, Cache& cache, const std::vector<float>& queries,
                                const std::vector<RowInfo>& info, bool with_workspace) {
  const auto rows = static_cast<int64_t>(info.size());
  const int64_t width = heads.num_heads * heads.head_dim;
  const auto q = Upload(queries);
  const auto rows_info = Upload(info);
  auto out = Upload(std::vector<float>(static_cast<size_t>(rows * width), -7.0f));
  cuda::DeviceBuffer<float> workspace(
      with_workspace
          ? cuda::AttentionWorkspaceFloats(rows, heads.num_heads, heads.head_dim, kCapacity)
          : 0);
  cuda::Attention({.queries = q.data(),
                   .query_stride = width,
                   .output = out.data(),
                   .output_stride = width,
                   .cache = cache.view(),
                   .info = rows_info.data(),
                   .num_rows = rows,
                   .num_heads = heads.num_heads,
                   .scale = ScaleOf(heads),
                   .workspace = workspace.data()},
                  nullptr);
  return Download(out);
}

// One query head in double.
std::vector<double> Want(Heads heads, const Cache& cache, const float* query, RowInfo info,
                         int64_t head) {
  const int64_t offset = head / (heads.num_heads / heads.num_kv_heads) * heads.head_dim;
  std::vector<double> scores;
  double largest = -INFINITY;
  for (int64_t j = 0; j < info.visible; ++j) {
    double dot = 0;
    for (int64_t d = 0; d < heads.head_dim; ++d) {
      dot += double{query[d]} * cache.Key(info.slot, j)[offset + d];
    }
    scores.push_back(dot * double{ScaleOf(heads)});
    largest = std::max(largest, scores.back());
  }
  std::vector<double> out(static_cast<size_t>(heads.head_dim), 0.0);
  double sum = 0;
  for (int64_t j = 0; j < info.visible; ++j) {
    const double weight = std::exp(scores[static_cast<size_t>(j)] - largest);
    sum += weight;
    for (int64_t d = 0; d < heads.head_dim; ++d) {
      out[static_cast<size_t>(d)] += weight * cache.Value(info.slot, j)[offset + d];
    }
  }
  for (double& value : out) value /= sum;
  return out;
}

// Slots in runs, causal rows and block rows, padding between and behind them.
const std::vector<int32_t> kLengths = {40, 300, 7};
const std::vector<RowInfo> kRows = {{0, 36, 37},   {0, 37, 38},   {1, 290, 291}, {-1, 0, 0},
                                    {1, 127, 128}, {1, 128, 129}, {2, 3, 7},     {2, 4, 7},
                                    {0, 0, 1},     {-1, 5, 99},   {1, 299, 300}};
constexpr Heads kHeads[] = {{9, 3, 8}, {2, 2, 16}, {10, 1, 6}, {12, 1, 20}, {2, 1, 2}, {4, 2, 64}};

TEST_P(CudaAttention, AgreesWithTheReferenceAndLeavesPaddingAlone) {
  for (const Heads heads : kHeads) {
    Cache cache(heads, kLengths);
    const int64_t width = heads.num_heads * heads.head_dim;
    const auto queries = RandomFloats(static_cast<int64_t>(kRows.size()) * width, 21, 2.0f);
    for (const bool with_workspace : {false, true}) {
      const auto got = RunAttention(heads, cache, queries, kRows, with_workspace);
      for (size_t i = 0; i < got.size(); ++i) {
        const auto at = static_cast<int64_t>(i);
        const RowInfo info = kRows[i / static_cast<size_t>(width)];
        if (info.slot < 0) {
          ASSERT_EQ(got[i], -7.0f) << i;
        } else if (at % heads.head_dim == 0) {
          const auto want =
              Want(heads, cache, queries.data() + at, info, at % width / heads.head_dim);
          for (size_t d = 0; d < want.size(); ++d) {
            ASSERT_TRUE(Near(got[i + d], want[d], kAttention, 1.0))
                << heads.num_heads << " heads of " << heads.head_dim << ": element " << i + d
                << " got " << got[i + d] << ", want " << want[d];
          }
        }
      }
    }
  }
}

TEST_P(CudaAttention, ARowsBitsDoNotDependOnTheOthersOrTheWorkspace) {
  for (const Heads heads : {kHeads[0], kHeads[1]}) {
    Cache cache(heads, kLengths);
    const auto width = static_cast<size_t>(heads.num_heads * heads.head_dim);
    const auto queries = RandomFloats(static_cast<int64_t>(kRows.size() * width), 21, 2.0f);
    const auto all = RunAttention(heads, cache, queries, kRows, true);
    ASSERT_TRUE(SameBits(RunAttention(heads, cache, queries, kRows, false), all));
    for (size_t row = 0; row < kRows.size(); ++row) {
      if (kRows[row].slot < 0) continue;
      for (const size_t count : {size_t{1}, size_t{3}}) {
        if (row + count > kRows.size()) continue;
        const std::vector<RowInfo> info(kRows.begin() + static_cast<int64_t>(row),
                                        kRows.begin() + static_cast<int64_t>(row + count));
        const std::vector<float> part(
            queries.begin() + static_cast<int64_t>(row * width),
            queries.begin() + static_cast<int64_t>((row + count) * width));
        ASSERT_TRUE(SameBits(RunAttention(heads, cache, part, info, row % 2 == 0),
                             std::span(all).subspan(row * width, count * width)))
            << "row " << row << " count " << count;
      }
    }
  }
}

TEST_P(CudaAttention, NeedsNoWorkspaceForOneSplit) {
  EXPECT_EQ(cuda::AttentionWorkspaceFloats(8, 4, 64, cuda::kAttentionSplitKeys), 0);
  EXPECT_EQ(cuda::AttentionWorkspaceFloats(1000, 2, 6, 2 * cuda::kAttentionSplitKeys),
            cuda::kAttentionSplitRows * 2 * 2 * (8 + 2));
}

}  // namespace
}  // namespace dsb::testing
