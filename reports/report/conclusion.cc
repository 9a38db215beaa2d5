#include "reports/report/conclusion.h"

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "reports/report/definitions.h"
#include "reports/report/notes.h"
#include "reports/text/number_text.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

constexpr double kTooManyTimes = 100;  // as many prompts: a difference that nobody will measure

struct Ranked {
  const ReportArm* arm;
  const ArmComparison* all;
  const Estimate& speedup() const { return all->factors.speedup.ratio; }
};

// Arms with a speed-up, the fastest first.
std::vector<Ranked> Rank(const ReportSet& set) {
  std::vector<Ranked> ranked;
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* const all = comparison.Find("all");
    if (all == nullptr || !all->factors.speedup.ratio.value) continue;
    ranked.push_back({&set.arms[comparison.candidate], all});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return *a.speedup().value > *b.speedup().value;
  });
  return ranked;
}

bool ShownAbove(const Estimate& ratio) { return ratio.lo && *ratio.lo > 1; }
bool ShownBelow(const Estimate& ratio) { return ratio.hi && *ratio.hi < 1; }

// Of the arms from place `first` on: what a page says when those before it are switched off.
LabelledLine Result(const std::vector<Ranked>& ranked, size_t first) {
  const Ranked& best = ranked[first];
  const std::string& name = best.arm->name;
  const std::string over =
      ", over " + Counted(best.all->prompts, "prompt") + (first > 0 ? ", of the arms left on" : "");
  std::string text;
  if (ShownAbove(best.speedup())) {
    text = name + " is the fastest: " + Times(best.speedup()) + " the speed of plain decoding";
  } else if (ShownBelow(best.speedup())) {
    text = "Speculation loses here: its best arm, " + name + ", runs at " + Times(best.speedup()) +
           " the speed of plain decoding";
  } else {
    text = "No arm is shown to be faster than plain decoding; the best is " + name + " at " +
           Times(best.speedup());
    if (!best.speedup().has_interval() && !best.speedup().note.empty()) {
      text += ", without an interval: " + best.speedup().note;
    }
  }
  return {.kind = "result", .clauses = {{text + over, {name}}}, .choice = first + 1};
}

std::optional<LabelledLine> Why(const Ranked& best, size_t choice) {
  const SpeedupFactors& factors = best.all->factors;
  const std::optional<double>&length = factors.accepted_length_factor.ratio.value,
        &step = factors.step_time_factor.ratio.value;
  if (!length || !step) return std::nullopt;
  return LabelledLine{"why",
                      {{"Its rounds give " + Fixed(*length, 2) + " times the tokens and take " +
                            Fixed(1 / *step, 2) + " times as long",
                        {best.arm->name}}},
                      choice};
}

void Decide(const Clause& what, const Estimate& ratio, std::vector<Clause>* would) {
  const std::optional<double> prompts = PromptsToDecide(ratio);
  if (!prompts) return;
  const bool hopeless = !(*prompts <= kTooManyTimes * static_cast<double>(ratio.n));
  would->push_back(
      {what.text + (hopeless ? ": no feasible number of prompts, the two are too close"
                             : ": about " + Fixed(std::ceil(*prompts), 0) + " prompts"),
       what.arms});
}

void Add(const char* kind, std::vector<Clause> clauses, std::vector<LabelledLine>* out) {
  if (!clauses.empty()) out->push_back({kind, std::move(clauses)});
}

// What makes the speeds themselves doubtful, once for all arms.
void AddDoubts(const ReportSet& set, std::vector<LabelledLine>* out) {
  std::vector<std::string> disturbed, unpaired;
  for (const ReportArm& arm : set.arms) {
    if (!arm.broken.empty()) {
      out->push_back(
          {"doubt",
           {{.text = arm.name + " breaks an invariant: " + arm.broken, .arms = {arm.name}}}});
    }
    if (!ContentionOf(arm.data).empty()) disturbed.push_back(arm.name);
  }
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* const all = comparison.Find("all");
    if (all != nullptr && !all->counts.comparable()) {
      unpaired.push_back(set.arms[comparison.candidate].name);
    }
  }
  const auto add = [&](const char* before, std::vector<std::string> some, size_t all,
                       const char* after) {
    if (some.empty()) return;
    const bool is_all = some.size() == all && all > 1;
    const std::string text = before + (is_all ? "all arms" : Enumerated(some)) + after;
    if (is_all) some.clear();
    out->push_back({"doubt", {{.text = text, .arms = std::move(some), .lists = true}}});
  };
  add("Other programs disturbed the times of ", disturbed, set.arms.size(),
      ": measure again on a quiet machine");
  add("Not comparable: ", unpaired, set.comparisons.size(),
      ", of whose requests more than 2 % have no pair");
}

}  // namespace

std::optional<double> PromptsToDecide(const Estimate& ratio) {
  if (!ratio.value || !ratio.lo || !ratio.hi || ShownAbove(ratio) || ShownBelow(ratio)) return {};
  const double distance = std::abs(std::log(*ratio.value));
  // The side that has to leave 1.
  const double side =
      *ratio.value > 1 ? std::log(*ratio.value / *ratio.lo) : std::log(*ratio.hi / *ratio.value);
  return static_cast<double>(ratio.n) * (side / distance) * (side / distance);
}

std::vector<LabelledLine> Conclude(const ReportSet& set, const MetricOptions& options) {
  std::vector<LabelledLine> out;
  const std::vector<Ranked> ranked = Rank(set);
  if (ranked.empty()) {
    const char* const why =
        set.comparisons.empty()
            ? "Nothing is compared: a speed-up needs a plain arm (drafter none) and another one on "
              "the same prompts"
            : "No arm has a speed-up: no prompt was finished by both sides";
    out.push_back({"result", {{.text = why}}});
  } else {
    for (size_t first = 0; first < ranked.size(); ++first) {
      out.push_back(Result(ranked, first));
      if (std::optional<LabelledLine> why = Why(ranked[first], first + 1)) out.push_back(*why);
    }
    out.push_back({"result", {{.text = "No arm with a speed-up is left on"}}, ranked.size() + 1});
    std::vector<Clause> faster, slower, open, would;
    for (const Ranked& arm : ranked) {
      const std::string& name = arm.arm->name;
      (ShownAbove(arm.speedup())   ? faster
       : ShownBelow(arm.speedup()) ? slower
                                   : open)
          .push_back({name + " " + Times(arm.speedup()), {name}});
      Decide({name + " against plain", {name}}, arm.speedup(), &would);
    }
    if (ranked.size() > 1) {
      const ArmComparison top =
          CompareArms(ranked[1].arm->data, ranked[0].arm->data, "all", options);
      const Estimate& ratio = top.factors.speedup.ratio;
      const NamedArms both = {ranked[0].arm->name, ranked[1].arm->name};
      const std::string pair = both[0] + " against " + both[1];
      if (ratio.value) {
        (ShownAbove(ratio) ? faster : open).push_back({pair + " " + Times(ratio), both});
        Decide({pair, both}, ratio, &would);
      }
    }
    Add("shown faster", std::move(faster), &out);
    Add("shown slower", std::move(slower), &out);
    Add("not shown", std::move(open), &out);
    Add("would decide", std::move(would), &out);
  }
  AddDoubts(set, &out);
  if (const std::string flags = FlagWords(set); !flags.empty())
    out.push_back({"flags", {{.text = flags}}});
  return out;
}

}  // namespace dsb
