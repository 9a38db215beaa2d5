#include "harness/options/policy_number.h"

#include <algorithm>
#include <iterator>

namespace dsb {
namespace {

constexpr PolicyNumber kPolicyNumbers[] = {
    {PolicyKind::kThreshold, &ModelOptions::threshold, &PolicyOptions::threshold,
     &RunConfig::threshold},
};

}  // namespace

const PolicyNumber* FindPolicyNumber(const std::string& policy) {
  const PolicyEntry* const entry = FindPolicy(policy);
  if (entry == nullptr) return nullptr;
  const auto* const found =
      std::find_if(std::begin(kPolicyNumbers), std::end(kPolicyNumbers),
                   [&](const PolicyNumber& number) { return number.kind == entry->kind; });
  return found == std::end(kPolicyNumbers) ? nullptr : found;
}

PolicyOptions PolicyOptionsOf(const ArmOptions& arm) {
  PolicyOptions options{.kind = PolicyFromName(arm.policy)};
  const PolicyNumber* const number = FindPolicyNumber(arm.policy);
  if (number != nullptr) options.*number->engine = arm.policy_number;
  return options;
}

}  // namespace dsb
