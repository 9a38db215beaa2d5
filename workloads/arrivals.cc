#include "workloads/arrivals.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"
#include "base/philox.h"

namespace dsb {
namespace {

constexpr double kNsPerS = 1e9;
constexpr double kLongestNs = 9007199254740992.0;  // 2^53 ns, the longest time of a run

// What a draw is for: the `request` of its key.
enum class Stream : uint64_t { kGap = 0, kThink = 1, kOrder = 2 };

RandomKey KeyOf(uint64_t seed, Stream stream, uint32_t index, uint32_t attempt = 0) {
  return {.seed = seed,
          .request = static_cast<uint64_t>(stream),
          .purpose = RandomPurpose::kWorkload,
          .position = index,
          .round = attempt};
}

// Exponential of mean 1; the uniform is never 1.
double Exponential(double uniform) { return -std::log1p(-uniform); }

double Normal(double u, double v) {
  return std::sqrt(2 * Exponential(u)) * std::cos(2 * 3.14159265358979323846 * v);
}

// Gamma of this shape and scale 1: Marsaglia and Tsang, ACM TOMS 26 (2000), with their power of a
// uniform for shapes below 1.
double Gamma(double shape, uint64_t seed, uint32_t index) {
  const double at_least_one = shape < 1 ? shape + 1 : shape;
  const double d = at_least_one - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (uint32_t attempt = 0;; ++attempt) {
    const RandomKey key = KeyOf(seed, Stream::kGap, index, attempt);
    const double x = Normal(Uniform(key, 0), Uniform(key, 1));
    const double t = 1 + c * x;
    if (t <= 0) continue;
    const double v = t * t * t, u = 1 - Uniform(key, 2);
    if (std::log(u) >= 0.5 * x * x + d - d * v + d * std::log(v)) continue;
    return shape < 1 ? d * v * std::pow(1 - Uniform(key, 3), 1 / shape) : d * v;
  }
}

template <typename Gap>
std::vector<int64_t> Arrivals(int64_t count, const Gap& gap_ns) {
  std::vector<int64_t> times;
  times.reserve(static_cast<size_t>(count));
  double now_ns = 0;
  for (int64_t i = 0; i < count; ++i) {
    now_ns += gap_ns(static_cast<uint32_t>(i));
    if (!(now_ns < kLongestNs)) {
      ThrowBadInput("arrival " + std::to_string(i + 1) + " of " + std::to_string(count) +
                    " would come after more than 104 days, expected a higher rate or fewer");
    }
    times.push_back(std::llround(now_ns));
  }
  return times;
}

}  // namespace

std::vector<int64_t> PoissonArrivals(double rate_per_s, int64_t count, uint64_t seed) {
  DSB_CHECK(rate_per_s > 0);
  return Arrivals(count, [=](uint32_t i) {
    return Exponential(Uniform(KeyOf(seed, Stream::kGap, i))) / rate_per_s * kNsPerS;
  });
}

std::vector<int64_t> GammaArrivals(double rate_per_s, double cv, int64_t count, uint64_t seed) {
  DSB_CHECK(rate_per_s > 0 && cv >= 0);
  if (cv == 0) return Arrivals(count, [=](uint32_t) { return kNsPerS / rate_per_s; });
  const double shape = 1 / (cv * cv);
  return Arrivals(
      count, [=](uint32_t i) { return Gamma(shape, seed, i) / (shape * rate_per_s) * kNsPerS; });
}

std::vector<int64_t> ScaledArrivals(std::span<const int64_t> times_ns, double rate_scale) {
  DSB_CHECK(rate_scale > 0);
  return Arrivals(static_cast<int64_t>(times_ns.size()), [&](uint32_t i) {
    if (i == 0) return 0.0;
    DSB_CHECK(times_ns[i] >= times_ns[i - 1]);
    return static_cast<double>(times_ns[i] - times_ns[i - 1]) / rate_scale;
  });
}

int64_t ThinkTimeNs(int64_t mean_ns, uint32_t visit, uint32_t index, uint64_t seed) {
  if (mean_ns == 0) return 0;
  const RandomKey key = KeyOf(seed, Stream::kThink, visit, index);
  return std::llround(Exponential(Uniform(key)) * static_cast<double>(mean_ns));
}

std::vector<uint32_t> DrawnOrder(uint32_t count, uint32_t pass, uint64_t seed) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  for (uint32_t i = count; i > 1; --i) {  // Fisher and Yates
    const double u = Uniform(KeyOf(seed, Stream::kOrder, i, pass));
    const auto j = static_cast<uint32_t>(u * i);
    std::swap(order[i - 1], order[std::min(j, i - 1)]);
  }
  return order;
}

}  // namespace dsb
