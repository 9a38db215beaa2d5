#include "results/invariants.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "results/run_facts.h"

namespace dsb {
namespace {

void CheckStep(const StepRecord& step, std::vector<BrokenInvariant>* broken) {
  const std::string where = "step " + std::to_string(step.idx),
                    wall = std::to_string(step.wall_ns) + " ns";
  if (step.device_busy_ns.value_or(0) > step.wall_ns) {
    broken->push_back(
        {"device busy <= wall", where, std::to_string(*step.device_busy_ns) + " of " + wall});
  }
  int64_t phases_ns = 0;
  for (const PhaseTimeRecord& phase : step.phases) phases_ns += phase.wall_ns;
  if (phases_ns > step.wall_ns) {
    broken->push_back({"sum of phases <= wall", where, std::to_string(phases_ns) + " of " + wall});
  }
}

}  // namespace

std::string NameOf(const RequestRow& row) {
  std::string name = "request " + std::to_string(row.id) + " (item " + row.prompt.item_key;
  if (row.request.repeat != 0) name += ", repeat " + std::to_string(row.request.repeat);
  return name + ")";
}

RequestRules RulesOf(const RunData& data) {
  return {.draft_length = data.run.draft_length,
          .max_tokens = data.run.max_tokens,
          .reports_rounds = data.run.reports_rounds,
          .foreign = IsForeign(data.run)};
}

std::vector<BrokenInvariant> CheckInvariants(const RunData& data) {
  const RequestRules rules = RulesOf(data);
  std::vector<BrokenInvariant> all;
  for (const RequestRow& row : data.requests) {
    for (BrokenInvariant& broken : CheckRequest(row.request, rules)) {
      broken.where = NameOf(row) + (broken.where.empty() ? "" : ", " + broken.where);
      all.push_back(std::move(broken));
    }
  }
  for (const StepRecord& step : data.steps) CheckStep(step, &all);
  return all;
}

std::vector<BrokenInvariant> CheckTokensAfterStop(const RunData& data) {
  std::vector<BrokenInvariant> broken;
  if (data.flags.contains("ignore_eos")) return broken;
  std::set<int32_t> stops;
  for (const RequestRow& row : data.requests) {
    const RequestRecord& request = row.request;
    const bool known = request.token_count_source == "ids" && !request.output_ids.empty();
    if (known && request.end_reason == "stop") stops.insert(request.output_ids.back());
  }
  for (const RequestRow& row : data.requests) {
    const std::vector<int32_t>& ids = row.request.output_ids;
    if (row.request.token_count_source != "ids") continue;
    const auto stop =
        std::find_if(ids.begin(), ids.end(), [&](int32_t token) { return stops.contains(token); });
    if (stop == ids.end() || std::next(stop) == ids.end()) continue;
    broken.push_back({"nothing after the end token", NameOf(row),
                      std::to_string(std::distance(stop, ids.end()) - 1) + " tokens after token " +
                          std::to_string(*stop)});
  }
  return broken;
}

}  // namespace dsb
