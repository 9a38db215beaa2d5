#include "engines/scheduling/policy_kind.h"

#include <algorithm>

#include "base/error.h"

namespace dsb {
namespace {

constexpr PolicyEntry kPolicies[] = {
    {.kind = PolicyKind::kNone,
     .name = "none",
     .what = "no draft: what drafting alone costs",
     .admission = AdmissionKind::kNone,
     .needs_confidence = false,
     .needs_costs = false,
     .offered = true,
     .on_device = true,
     .lossless = true},
    {.kind = PolicyKind::kFixed,
     .name = "fixed",
     .what = "all drafts",
     .admission = AdmissionKind::kFixed,
     .needs_confidence = false,
     .needs_costs = false,
     .offered = true,
     .on_device = true,
     .lossless = true},
    {.kind = PolicyKind::kThreshold,
     .name = "threshold",
     .what = "up to the first confidence below --threshold",
     .admission = AdmissionKind::kThreshold,
     .needs_confidence = true,
     .needs_costs = false,
     .offered = true,
     .on_device = true,
     .lossless = true},
    {.kind = PolicyKind::kBudget,
     .name = "budget",
     .what = "a number of drafts a pass, those most likely to be reached and accepted",
     .admission = AdmissionKind::kBudget,
     .needs_confidence = true,
     .needs_costs = false,
     .offered = false,
     .on_device = true,
     .lossless = true},
    {.kind = PolicyKind::kAlgorithm1,
     .name = "algorithm1",
     .what = "the likeliest drafts while the expected tokens per second grow",
     .admission = AdmissionKind::kAlgorithm1,
     .needs_confidence = true,
     .needs_costs = true,
     .offered = true,
     .on_device = false,
     .lossless = true},
    {.kind = PolicyKind::kLagged,
     .name = "lagged",
     .what = "the likeliest drafts, as many as the confidences of two steps ago make worth their "
             "time",
     .admission = AdmissionKind::kBudget,
     .needs_confidence = true,
     .needs_costs = true,
     .offered = true,
     .on_device = true,
     .lossless = true},
    {.kind = PolicyKind::kLaggedOld,
     .name = "lagged_old",
     .what = "the same number, ranked by those old confidences too",
     .admission = AdmissionKind::kBudget,
     .needs_confidence = true,
     .needs_costs = true,
     .offered = true,
     .on_device = false,
     .lossless = true},
    // The confidences after a draft decide on it: biased towards the drafter's easy paths.
    {.kind = PolicyKind::kGlobalArgmax,
     .name = "global_argmax",
     .what = "the same up to their maximum: biased, for study with --allow-biased",
     .admission = AdmissionKind::kGlobalArgmax,
     .needs_confidence = true,
     .needs_costs = true,
     .offered = true,
     .on_device = false,
     .lossless = false},
};

}  // namespace

std::span<const PolicyEntry> PolicyTable() { return kPolicies; }

const PolicyEntry& DescribePolicy(PolicyKind kind) {
  const PolicyEntry& entry = kPolicies[static_cast<size_t>(kind)];
  DSB_CHECK(entry.kind == kind);
  return entry;
}

const PolicyEntry* FindPolicy(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kPolicies), std::end(kPolicies),
                   [name](const PolicyEntry& entry) { return name == entry.name; });
  return found == std::end(kPolicies) ? nullptr : found;
}

std::vector<std::string> PolicyNames() {
  std::vector<std::string> names;
  for (const PolicyEntry& entry : kPolicies) {
    if (entry.offered) names.emplace_back(entry.name);
  }
  return names;
}

PolicyKind PolicyFromName(const std::string& name) {
  const PolicyEntry* const entry = FindPolicy(name);
  if (entry != nullptr && entry->offered) return entry->kind;
  std::string list;
  for (const std::string& offered : PolicyNames()) list += (list.empty() ? "" : ", ") + offered;
  ThrowBadInput("policy is \"" + name + "\", expected one of " + list);
}

}  // namespace dsb
