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

// "1.54\u00d7 [1.35, 1.77]"
std::string Times(const Estimate& ratio) {
  std::string text = WithInterval(ratio, 2);
  return text.insert(std::min(text.find(' '), text.size()), "\u00d7");
}

LabelledLine Result(const std::vector<Ranked>& ranked) {
  const Ranked& best = ranked.front();
  const std::string prompts = Counted(best.all->prompts, "prompt");
  if (ShownAbove(best.speedup())) {
    return {"result", best.arm->name + " is the fastest: " + Times(best.speedup()) +
                          " the speed of plain decoding, over " + prompts + "."};
  }
  if (ShownBelow(best.speedup())) {
    return {"result", "Speculation loses here: its best arm, " + best.arm->name + ", runs at " +
                          Times(best.speedup()) + " the speed of plain decoding, over " + prompts +
                          "."};
  }
  return {"result", "No arm is shown to be faster than plain decoding; the best is " +
                        best.arm->name + " at " + Times(best.speedup()) + ", over " + prompts +
                        "."};
}

std::optional<LabelledLine> Why(const Ranked& best) {
  const SpeedupFactors& factors = best.all->factors;
  const std::optional<double>&length = factors.accepted_length_factor.ratio.value,
        &step = factors.step_time_factor.ratio.value;
  if (!length || !step) return std::nullopt;
  return LabelledLine{"why", "Its rounds give " + Fixed(*length, 2) + " times the tokens and take " +
                              Fixed(1 / *step, 2) + " times as long."};
}

void Decide(const std::string& what, const Estimate& ratio, std::vector<std::string>* would) {
  const std::optional<double> prompts = PromptsToDecide(ratio);
  if (!prompts) return;
  const bool hopeless = !(*prompts <= kTooManyTimes * static_cast<double>(ratio.n));
  would->push_back(hopeless ? what + ": no feasible number of prompts, the two are too close"
                            : what + ": about " + Fixed(std::ceil(*prompts), 0) + " prompts");
}

void Add(const char* kind, const std::vector<std::string>& items, std::vector<LabelledLine>* out) {
  if (items.empty()) return;
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : "; ") + item;
  out->push_back({kind, text + "."});
}

// What makes the speeds themselves doubtful, once for all arms.
void AddDoubts(const ReportSet& set, std::vector<LabelledLine>* out) {
  std::vector<std::string> disturbed, unpaired;
  for (const ReportArm& arm : set.arms) {
    if (!ContentionOf(arm.data).empty()) disturbed.push_back(arm.name);
  }
  for (const ReportComparison& comparison : set.comparisons) {
    const ArmComparison* const all = comparison.Find("all");
    if (all != nullptr && !all->counts.comparable()) {
      unpaired.push_back(set.arms[comparison.candidate].name);
    }
  }
  const auto names = [&](const std::vector<std::string>& some, size_t all) {
    return some.size() == all && all > 1 ? "all arms" : Enumerated(some);
  };
  if (!disturbed.empty()) {
    out->push_back({"doubt", "Other programs disturbed the times of " +
                                 names(disturbed, set.arms.size()) +
                                 ": measure again on a quiet machine."});
  }
  if (!unpaired.empty()) {
    out->push_back({"doubt", "Not comparable: " + names(unpaired, set.comparisons.size()) +
                                 "; more than 2 % of the requests have no pair."});
  }
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
    out.push_back(
        {"result", set.comparisons.empty()
                       ? "Nothing is compared: a speed-up needs a plain arm (drafter none) "
                         "and another one on the same prompts."
                       : "No arm has a speed-up: no prompt was finished by both sides."});
  } else {
    out.push_back(Result(ranked));
    if (std::optional<LabelledLine> why = Why(ranked.front())) out.push_back(*why);
    std::vector<std::string> faster, slower, open, would;
    for (const Ranked& arm : ranked) {
      const std::string text = arm.arm->name + " " + Times(arm.speedup());
      (ShownAbove(arm.speedup())   ? faster
       : ShownBelow(arm.speedup()) ? slower
                                   : open)
          .push_back(text);
      Decide(arm.arm->name + " against plain", arm.speedup(), &would);
    }
    if (ranked.size() > 1) {
      const ArmComparison top =
          CompareArms(ranked[1].arm->data, ranked[0].arm->data, "all", options);
      const Estimate& ratio = top.factors.speedup.ratio;
      const std::string pair = ranked[0].arm->name + " against " + ranked[1].arm->name;
      if (ratio.value) {
        (ShownAbove(ratio) ? faster : open).push_back(pair + " " + Times(ratio));
        Decide(pair, ratio, &would);
      }
    }
    Add("shown faster", faster, &out);
    Add("shown slower", slower, &out);
    Add("not shown", open, &out);
    Add("would decide", would, &out);
  }
  AddDoubts(set, &out);
  if (const std::string flags = FlagWords(set); !flags.empty())
    out.push_back({"flags", flags.substr(flags.find(": ") + 2)});
  return out;
}

}  // namespace dsb
