#include "engines/simulated/sampled_table.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace dsb {
namespace {

CostPoint PointAt(int64_t at, double ms) {
  const auto ns = std::max<int64_t>(1, std::llround(ms * 1e6));
  return {.at = at, .median_ns = ns, .min_ns = ns, .max_ns = ns};
}

}  // namespace

std::shared_ptr<const CostTable> SampleTable(const StepCost& cost, int64_t requests, int64_t most) {
  auto table = std::make_shared<CostTable>();
  table->measured = false;
  table->origin = CostKindName(cost.kind());
  std::vector<CostPoint> points;
  for (int64_t tokens = requests; tokens <= std::max(most, requests); ++tokens) {
    points.push_back(PointAt(tokens, cost.VerifyMs(tokens, requests) + cost.OverheadMs(requests)));
  }
  table->verify.push_back({.requests = requests, .by_tokens = CostCurve(points, 0, "sampled")});
  const double draft_ms = cost.DraftMs(requests);
  if (draft_ms > 0) table->draft = CostCurve({PointAt(requests, draft_ms)}, 0, "sampled");
  return table;
}

}  // namespace dsb
