#include "reports/bridge/waterfall.h"

#include <cmath>
#include <utility>

#include "base/error.h"
#include "results/statistics/bootstrap.h"

namespace dsb {
namespace {

constexpr double kLevel = 0.95;

}  // namespace

std::vector<double> FactorsOf(std::span<const BridgeStage> stages) {
  std::vector<double> factors;
  double before = 1;
  for (const BridgeStage& stage : stages) {
    DSB_CHECK(stage.baseline > 0 && stage.candidate > 0);
    factors.push_back(stage.ratio() / before);
    before = stage.ratio();
  }
  return factors;
}

Waterfall MakeWaterfall(std::span<const BridgeStage> stages,
                        std::span<const std::vector<double>> resampled_factors) {
  Waterfall waterfall;
  const std::vector<double> factors = FactorsOf(stages);
  waterfall.total = stages.empty() ? 1 : stages.back().ratio();
  for (size_t i = 0; i < factors.size(); ++i) {
    BridgeFactor& factor = waterfall.factors.emplace_back();
    factor.name = stages[i].name;
    factor.counterfactual = stages[i].counterfactual;
    factor.value = factors[i];
    factor.cumulative = stages[i].ratio();
    const double all = std::log(waterfall.total);
    if (std::abs(all) > 1e-9) factor.share = std::log(factors[i]) / all;
    if (resampled_factors.empty()) continue;
    std::vector<double> values;
    for (const std::vector<double>& one : resampled_factors) values.push_back(one[i]);
    std::tie(factor.lo, factor.hi) = PercentileInterval(std::move(values), kLevel);
  }
  if (resampled_factors.empty()) return waterfall;
  std::vector<double> totals;
  for (const std::vector<double>& one : resampled_factors) {
    double total = 1;
    for (const double factor : one) total *= factor;
    totals.push_back(total);
  }
  std::tie(waterfall.lo, waterfall.hi) = PercentileInterval(std::move(totals), kLevel);
  return waterfall;
}

}  // namespace dsb
