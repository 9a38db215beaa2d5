#include "reports/pairing/find_run.h"

#include <charconv>
#include <optional>
#include <set>
#include <string_view>

#include "base/error.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

template <typename Number>
std::optional<Number> Parse(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// What a name that holds a run's number says; the name is empty for the number alone.
struct Numbered {
  int64_t id = 0;
  std::string_view name;
};

// "2", "#2", "dspark fixed 7 #2", "2 (dspark fixed 7)".
std::optional<Numbered> AsNumbered(std::string_view selector) {
  const size_t hash = selector.rfind('#');
  if (hash != std::string_view::npos && (hash == 0 || selector[hash - 1] == ' ')) {
    const auto id = Parse<int64_t>(selector.substr(hash + 1));
    if (id) return Numbered{*id, selector.substr(0, hash == 0 ? 0 : hash - 1)};
  }
  const size_t open = selector.find(" (");
  if (open != std::string_view::npos && selector.ends_with(')')) {
    const auto id = Parse<int64_t>(selector.substr(0, open));
    if (id) return Numbered{*id, selector.substr(open + 2, selector.size() - open - 3)};
  }
  const auto id = Parse<int64_t>(selector);
  return id ? std::optional(Numbered{*id, {}}) : std::nullopt;
}

// A part of an arm behind the drafter: 7, fixed, threshold=0.5.
bool PartFits(const RunRecord& run, std::string_view part) {
  if (const auto length = Parse<int64_t>(part)) return run.draft_length == *length;
  const size_t equals = part.find('=');
  if (part.substr(0, equals) != run.policy) return false;
  if (equals == std::string_view::npos) return true;
  const auto value = Parse<double>(part.substr(equals + 1));
  return value && PolicyNumbers(ConfigOf(run)) == std::vector<double>{*value};
}

// "dspark", "dspark:7", "dspark:7:threshold=0.5".
bool ArmFits(const RunRecord& run, std::string_view arm) {
  size_t end = std::min(arm.find(':'), arm.size());
  if (arm.substr(0, end) != run.drafter) return false;
  while (end < arm.size()) {
    const size_t begin = end + 1;
    end = std::min(arm.find(':', begin), arm.size());
    if (!PartFits(run, arm.substr(begin, end - begin))) return false;
  }
  return true;
}

// Those of the very name, else those that the name describes; of these the observed ones only if
// there are no others.
std::vector<const RunRecord*> Named(const std::vector<RunRecord>& runs, const std::string& name) {
  std::vector<const RunRecord*> exact, fitting, observed;
  for (const RunRecord& run : runs) {
    if (!ConfigProblem(run).empty()) continue;
    if (ShownName(run) == name) exact.push_back(&run);
    if (name.empty() || ArmFits(run, name)) (IsObserved(run) ? observed : fitting).push_back(&run);
  }
  return !exact.empty() ? exact : !fitting.empty() ? fitting : observed;
}

}  // namespace

std::string ShownName(const RunRecord& run) {
  if (!ConfigProblem(run).empty()) return "unknown configuration";
  return ArmName(run) + (IsObserved(run) ? " (observed)" : "");
}

std::string ListOf(const std::vector<RunRecord>& runs) {
  std::string list;
  for (const RunRecord& run : runs) {
    list += (list.empty() ? "" : ", ") + std::to_string(run.id) + " (" + ShownName(run) + ")";
  }
  return list.empty() ? "no runs" : list;
}

const RunRecord* NewestOf(const std::vector<const RunRecord*>& runs) {
  const RunRecord* best = nullptr;
  for (const RunRecord* run : runs) {
    const bool better = best == nullptr || run->state == "complete" || best->state != "complete";
    if (better) best = run;
  }
  return best;
}

bool NamesByNumber(const std::string& selector) { return AsNumbered(selector).has_value(); }

std::string NotThere(const std::vector<RunRecord>& runs, const std::string& selector,
                     const char* side) {
  return std::string(side) + " run '" + selector + "': not in the file; it has " + ListOf(runs);
}

const RunRecord* FindRunIfThere(const std::vector<RunRecord>& runs, const std::string& selector,
                                const char* side) {
  if (const std::optional<Numbered> numbered = AsNumbered(selector)) {
    for (const RunRecord& run : runs) {
      const bool fits = numbered->name.empty() || numbered->name == ShownName(run);
      if (run.id != numbered->id || !fits) continue;
      const std::string problem = ConfigProblem(run);
      if (!problem.empty()) ThrowBadInput(problem);
      return &run;
    }
    return nullptr;
  }
  const std::vector<const RunRecord*> found = Named(runs, selector);
  std::set<std::string> names;
  for (const RunRecord* run : found) names.insert(ShownName(*run));
  if (names.size() > 1) {
    const std::string what = selector.empty() ? "name one" : "'" + selector + "' fits several arms";
    ThrowBadInput(std::string(side) + " run: " + what + ", the file has " + ListOf(runs));
  }
  return NewestOf(found);
}

const RunRecord& FindRun(const std::vector<RunRecord>& runs, const std::string& selector,
                         const char* side) {
  const RunRecord* const found = FindRunIfThere(runs, selector, side);
  if (found == nullptr) ThrowBadInput(NotThere(runs, selector, side));
  return *found;
}

}  // namespace dsb
