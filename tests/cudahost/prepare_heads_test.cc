#include "kernels/cuda/markov/prepare_heads.h"

#include "kernels/cuda/attention/store_kv.h"
#include "kernels/cuda/rows/rms_norm.h"
#include "kernels/cuda/rows/rope.h"
#include "tests/cudahost/device_test.h"
#include "tests/kernels/kernel_test.h"

namespace dsb::testing {
namespace {

class CudaPrepareHeads : public DeviceTest {};
DSB_EVERY_SCHEDULE(CudaPrepareHeads);

constexpr int64_t kKvHeads = 2;
constexpr int64_t kCapacity = 64;
const std::vector<cuda::RowInfo> kInfo = {{1, 33, 34}, {-1, 2, 3}, {0, 0, 1}, {1, 34, 35}};

struct State {
  std::vector<float> rows;
  std::vector<float> keys;
  std::vector<float> values;
};

// Device copies of everything the ops need, and both ways through it.
class Heads {
 public:
  Heads(int64_t num_heads, int64_t head_dim, bool norm)
      : num_heads_(num_heads),
        head_dim_(head_dim),
        stride_((num_heads + 2 * kKvHeads) * head_dim + 3),
        rows_(Upload(RandomFloats(4 * stride_, 3))),
        keys_(Upload(std::vector<float>(PlaneSize(), -7.0f))),
        values_(Upload(std::vector<float>(PlaneSize(), -7.0f))),
        info_(Upload(kInfo)),
        q_norm_(Upload(norm ? RandomFloats(head_dim, 4) : std::vector<float>())),
        k_norm_(Upload(norm ? RandomFloats(head_dim, 5) : std::vector<float>())),
        table_(Upload(RandomFloats(kCapacity * head_dim, 6))) {}

  State Together() {
    cuda::PrepareHeads({.rows = rows_.data(),
                        .stride = stride_,
                        .info = info_.data(),
                        .num_rows = 4,
                        .num_heads = num_heads_,
                        .cache = cache(),
                        .q_norm = q_norm_.data(),
                        .k_norm = k_norm_.data(),
                        .epsilon = 1e-5f,
                        .table = table_.data()},
                       nullptr);
    return {Download(rows_), Download(keys_), Download(values_)};
  }
  State OneAfterTheOther() {
    float* keys = rows_.data() + num_heads_ * head_dim_;
    Norm(rows_.data(), num_heads_, q_norm_.data());
    Norm(keys, kKvHeads, k_norm_.data());
    cuda::Rope({.rows = rows_.data(),
                .stride = stride_,
                .info = info_.data(),
                .num_rows = 4,
                .num_heads = num_heads_ + kKvHeads,
                .head_dim = head_dim_,
                .table = table_.data()},
               nullptr);
    cuda::StoreKv({.cache = cache(),
                   .keys = keys,
                   .values = keys + kKvHeads * head_dim_,
                   .stride = stride_,
                   .info = info_.data(),
                   .num_rows = 4},
                  nullptr);
    return {Download(rows_), Download(keys_), Download(values_)};
  }
  int64_t stride() const { return stride_; }
  int64_t query_width() const { return num_heads_ * head_dim_; }

 private:
  size_t PlaneSize() const {
    return static_cast<size_t>(cuda::KvPlaneFloats(2, kKvHeads, kCapacity, head_dim_));
  }
  cuda::KvCache cache() {
    return {.keys = keys_.data(),
            .values = values_.data(),
            .capacity = kCapacity,
            .num_kv_heads = kKvHeads,
            .head_dim = head_dim_,
            .num_slots = 2};
  }
  void Norm(float* heads, int64_t count, const float* weight) {
    if (weight == nullptr || count == 0) return;
    cuda::RmsNorm({.input = heads,
                   .input_stride = stride_,
                   .weight = weight,
                   .output = heads,
                   .output_stride = stride_,
                   .num_rows = 4,
                   .num_vectors = count,
                   .size = head_dim_,
                   .epsilon = 1e-5f},
                  nullptr);
  }

  int64_t num_heads_;
  int64_t head_dim_;
  int64_t stride_;
  cuda::DeviceBuffer<float> rows_;
  cuda::DeviceBuffer<float> keys_;
  cuda::DeviceBuffer<float> values_;
  cuda::DeviceBuffer<cuda::RowInfo> info_;
  cuda::DeviceBuffer<float> q_norm_;
  cuda::DeviceBuffer<float> k_norm_;
  cuda::DeviceBuffer<float> table_;
};

void ExpectNear(const std::vector<float>& got, const std::vector<float>& want) {
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(Near(got[i], want[i], {1e-6, 1e-5}, std::fabs(want[i])))
        << i << ": got " << got[i] << ", want " << want[i];
  }
}

TEST_P(CudaPrepareHeads, DoesWhatTheThreeOpsDo) {
  for (const int64_t num_heads : {6, 0}) {
    for (const int64_t head_dim : {64, 10, 2, 128}) {
      for (const bool norm : {false, true}) {
        SCOPED_TRACE(std::to_string(num_heads) + " heads of " + std::to_string(head_dim));
        const State got = Heads(num_heads, head_dim, norm).Together();
        Heads heads(num_heads, head_dim, norm);
        const State want = heads.OneAfterTheOther();
        ExpectNear(got.keys, want.keys);
        ExpectNear(got.values, want.values);
        const auto input = RandomFloats(4 * heads.stride(), 3);
        for (size_t i = 0; i < got.rows.size(); ++i) {
          const auto column = static_cast<int64_t>(i) % heads.stride();
          const int64_t row = static_cast<int64_t>(i) / heads.stride();
          const bool is_query = column < heads.query_width() && row != 1;
          const float value = is_query ? want.rows[i] : input[i];
          ASSERT_TRUE(Near(got.rows[i], value, {is_query ? 1e-6 : 0.0, 1e-5}, std::fabs(value)))
              << i;
        }
      }
    }
  }
}

}  // namespace
}  // namespace dsb::testing
