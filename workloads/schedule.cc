#include "workloads/schedule.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "workloads/arrivals.h"

namespace dsb {
namespace {

std::vector<int64_t> Offsets(const ScheduleLaw& law, int64_t count,
                             const std::vector<int64_t>& trace_times_ns) {
  if (law.process == "poisson") return PoissonArrivals(law.rate_per_s, count, law.seed);
  if (law.process == "gamma") return GammaArrivals(law.rate_per_s, law.cv, count, law.seed);
  if (law.process == "trace") {
    DSB_CHECK(static_cast<int64_t>(trace_times_ns.size()) == count);
    return ScaledArrivals(trace_times_ns, law.rate_scale);
  }
  DSB_CHECK(law.process == "closed" || law.process == "batch");
  return std::vector<int64_t>(static_cast<size_t>(count), 0);
}

}  // namespace

Schedule DrawSchedule(const ScheduleLaw& law, const std::vector<int32_t>& turns, int64_t num_visits,
                      const std::vector<int64_t>& trace_times_ns) {
  DSB_CHECK(!turns.empty());
  Schedule schedule{.law = law, .visits = {}};
  const std::vector<int64_t> offsets = Offsets(law, num_visits, trace_times_ns);
  schedule.visits.reserve(offsets.size());
  const auto num_items = static_cast<uint32_t>(turns.size());
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < offsets.size(); ++i) {
    const uint32_t pass = i / num_items;
    Visit& visit = schedule.visits.emplace_back();
    visit.offset_ns = offsets[i];
    visit.repeat = pass;
    visit.item = i % num_items;
    if (law.process != "trace") {
      if (visit.item == 0) order = DrawnOrder(num_items, pass, law.seed);
      visit.item = order[visit.item];
    }
    if (law.think_mean_ns == 0) continue;
    const auto thoughts =
        static_cast<uint32_t>(turns[visit.item]) - (law.process == "closed" ? 0 : 1);
    for (uint32_t k = 0; k < thoughts; ++k) {
      visit.think_ns.push_back(ThinkTimeNs(law.think_mean_ns, i, k, law.seed));
    }
  }
  return schedule;
}

std::string ScheduleText(const Schedule& schedule) {
  const ScheduleLaw& law = schedule.law;
  const nlohmann::json head = {{"cv", law.cv},
                               {"process", law.process},
                               {"rate_per_s", law.rate_per_s},
                               {"rate_scale", law.rate_scale},
                               {"seed", law.seed},
                               {"think_mean_ns", law.think_mean_ns},
                               {"trace_sha256", law.trace_sha256},
                               {"version", 1}};
  // By hand, since there may be millions.
  std::string text = head.dump();
  text.pop_back();
  text.reserve(text.size() + 32 * schedule.visits.size());
  const auto list = [&](const char* name, const auto& append) {
    text += std::string(",\"") + name + "\":[";
    bool first = true;
    for (const Visit& visit : schedule.visits) {
      if (!std::exchange(first, false)) text += ',';
      append(visit);
    }
    text += ']';
  };
  list("items", [&](const Visit& visit) { text += std::to_string(visit.item); });
  list("repeats", [&](const Visit& visit) { text += std::to_string(visit.repeat); });
  list("offsets_ns", [&](const Visit& visit) { text += std::to_string(visit.offset_ns); });
  if (law.think_mean_ns > 0) {
    list("think_ns", [&](const Visit& visit) {
      text += '[';
      for (size_t i = 0; i < visit.think_ns.size(); ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(visit.think_ns[i]);
      }
      text += ']';
    });
  }
  return text + '}';
}

double AchievedRate(const Schedule& schedule) {
  if (schedule.visits.size() < 2) return 0;
  const int64_t span_ns = schedule.visits.back().offset_ns - schedule.visits.front().offset_ns;
  if (span_ns <= 0) return 0;
  return static_cast<double>(schedule.visits.size() - 1) / (static_cast<double>(span_ns) * 1e-9);
}

}  // namespace dsb
