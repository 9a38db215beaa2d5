// The way from an offline accepted length to what a user sees, as a waterfall: the ratio of two
// arms' speeds at stages that add one thing after the other. Each factor is the ratio's change from
// one stage to the next, so the factors multiply to the last ratio exactly, by construction. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dsb {

// Both arms' speeds in one world: tokens per unit of time, the unit of both the same.
struct BridgeStage {
  std::string name;                    // what this world adds
  std::string counterfactual;          // the definition of the world, a line
  double baseline = 0, candidate = 0;  // positive

  double ratio() const { return candidate / baseline; }
};

struct BridgeFactor {
  std::string name, counterfactual;
  double value = 1;
  std::optional<double> lo, hi;  // 95 % of the resamples, or as the caller says
  double cumulative = 1;         // the product up to here
  std::optional<double> share;   // of the total's logarithm; none if the total is 1
};

struct Waterfall {
  std::vector<BridgeFactor> factors;
  double total = 1;
  std::optional<double> lo, hi;
};

// factor i = ratio i / ratio i-1; ratio -1 is 1.
std::vector<double> FactorsOf(std::span<const BridgeStage> stages);
// `resampled_factors`: the factors of each resample, or nothing. Intervals are percentiles of the
// factors' logarithms.
Waterfall MakeWaterfall(std::span<const BridgeStage> stages,
                        std::span<const std::vector<double>> resampled_factors = {});

}  // namespace dsb
