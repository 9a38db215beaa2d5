// Rows and requests for the tests of the decoding kernels: seeded, with ties and vanishing entries
// where wanted, and what the CPU's functions make of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/philox.h"
#include "engines/engine.h"
#include "kernels/cuda/common/round_request.h"

namespace dsb::testing {

// Independent draws: U(0), U(1), ... of one seed.
class Draws {
 public:
  explicit Draws(uint64_t seed) : seed_(seed) {}
  double Next() {
    return Uniform({.seed = seed_, .purpose = RandomPurpose::kTest, .position = count_++});
  }
  int32_t Below(int32_t bound) { return static_cast<int32_t>(Next() * bound); }

 private:
  uint64_t seed_;
  uint32_t count_ = 0;
};

// `levels` > 0: entries from so few values that most are tied.
inline std::vector<float> RandomLogits(Draws& draws, int64_t size, float spread, int levels = 0) {
  std::vector<float> row(static_cast<size_t>(size));
  for (float& logit : row) {
    const double u = levels > 0 ? draws.Below(levels) / static_cast<double>(levels) : draws.Next();
    logit = static_cast<float>((u - 0.5) * 2) * spread;
  }
  return row;
}

inline cuda::RoundRequest MakeRequest(const SamplingParams& sampling, int32_t id) {
  cuda::RoundRequest request;
  request.seed = 0x123456789ABCDEFull;
  request.random_id = static_cast<uint64_t>(id) * 0x10000001ull + 3;
  request.top_p = sampling.top_p;
  request.top_k = sampling.top_k;
  request.inverse_temperature =
      sampling.temperature < 1e-5 ? 0.0f : static_cast<float>(1 / sampling.temperature);
  request.slot = id;
  request.anchor_position = 17 + 5 * id;
  request.round = static_cast<uint32_t>(2 + id);
  return request;
}

inline double UniformOf(const cuda::RoundRequest& request, RandomPurpose purpose, int32_t k) {
  return Uniform({.seed = request.seed,
                  .request = request.random_id,
                  .purpose = purpose,
                  .position = static_cast<uint32_t>(request.anchor_position + 1 + k),
                  .round = request.round});
}

}  // namespace dsb::testing
