#include "results/statistics/multiple.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/error.h"

namespace dsb {
namespace {

std::vector<size_t> Ascending(std::span<const double> p) {
  for (const double one : p) DSB_CHECK(one >= 0 && one <= 1);
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

std::vector<double> HolmAdjusted(std::span<const double> p) {
  const std::vector<size_t> order = Ascending(p);
  std::vector<double> adjusted(p.size());
  double running = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    running = std::max(running, static_cast<double>(p.size() - k) * p[order[k]]);
    adjusted[order[k]] = std::min(1.0, running);
  }
  return adjusted;
}

std::vector<double> BenjaminiHochbergQ(std::span<const double> p) {
  const std::vector<size_t> order = Ascending(p);
  std::vector<double> q(p.size());
  double running = 1;
  for (size_t k = order.size(); k-- > 0;) {
    const double scale = static_cast<double>(p.size()) / static_cast<double>(k + 1);
    running = std::min(running, scale * p[order[k]]);
    q[order[k]] = running;
  }
  return q;
}

double ResampledTail(std::span<const double> samples, double bound) {
  const auto below =
      std::count_if(samples.begin(), samples.end(), [&](double x) { return x <= bound; });
  return (1 + static_cast<double>(below)) / (1 + static_cast<double>(samples.size()));
}

std::optional<int64_t> NeededN(int64_t n, double half_width, double estimate, double bound) {
  const double distance = std::abs(estimate - bound);
  if (distance == 0) return std::nullopt;
  const double factor = half_width / distance;
  const double needed = std::ceil(static_cast<double>(n) * factor * factor - 1e-9);
  // Beyond any workload: a distance that is only rounding.
  if (!(needed < 1e15)) return std::nullopt;
  return static_cast<int64_t>(needed);
}

}  // namespace dsb
