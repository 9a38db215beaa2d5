#include <algorithm>

#include "base/error.h"
#include "reports/charts/charts.h"

namespace dsb {

ArmList::ArmList(const ReportModel& model) {
  for (const ReportSet& set : model.sets) {
    for (const ReportArm& arm : set.arms) {
      if (std::find(names_.begin(), names_.end(), arm.name) == names_.end()) {
        names_.push_back(arm.name);
      }
    }
  }
}

size_t ArmList::IndexOf(const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  DSB_CHECK(found != names_.end());
  return static_cast<size_t>(found - names_.begin());
}

std::string FigureKey(const ReportArm& arm, const std::string& metric, const std::string& scope) {
  return std::to_string(arm.data->run.id) + " " + metric + " " + scope;
}

ChartValue ValueOf(const Estimate& estimate, double scale) {
  const auto scaled = [&](const std::optional<double>& value) {
    return value ? std::optional(*value * scale) : std::nullopt;
  };
  return {.value = *estimate.value * scale, .lo = scaled(estimate.lo), .hi = scaled(estimate.hi)};
}

}  // namespace dsb
