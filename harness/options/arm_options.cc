#include "harness/options/arm_options.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engines/scheduling/policy_kind.h"
#include "harness/options/drafter_paths.h"
#include "harness/options/policy_number.h"

namespace dsb {
namespace {

[[noreturn]] void ThrowArm(const std::string& text, const std::string& complaint) {
  ThrowBadInput("--drafters: '" + text + "': " + complaint);
}

// The option that gives a whole run its policy's number, without a place for the value.
Option OptionOf(const PolicyNumber& number) {
  ModelOptions run;
  std::vector<Option> all = DescribeOptions(run);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Option& option) {
    return option.value == OptionValue(&(run.*number.option));
  });
  DSB_CHECK(found != all.end());
  found->value = static_cast<double*>(nullptr);
  return std::move(*found);
}

// ", none, fixed, threshold=PROBABILITY".
std::string PolicyForms() {
  std::string list;
  for (const std::string& name : PolicyNames()) {
    const PolicyNumber* const number = FindPolicyNumber(name);
    list += ", " + name + (number == nullptr ? "" : "=" + OptionOf(*number).value_name);
  }
  return list;
}

void ApplyPolicy(const std::string& text, const std::string& policy, ArmOptions& arm) {
  const size_t equals = policy.find('=');
  const std::string name = policy.substr(0, equals);
  const PolicyEntry* const entry = FindPolicy(name);
  const PolicyNumber* const number = FindPolicyNumber(name);
  const bool has_value = equals != std::string::npos;
  if (entry == nullptr || !entry->offered || has_value != (number != nullptr)) {
    ThrowArm(text, "expected a draft length" + PolicyForms() + ", found '" + policy + "'");
  }
  arm.policy = name;
  arm.policy_number = 0;
  if (!has_value) return;
  const std::string value = policy.substr(equals + 1);
  if (const std::string complaint = OptionOf(*number).check(value); !complaint.empty()) {
    ThrowArm(text, complaint);
  }
  arm.policy_number = *ParseNumber(value);
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

ArmOptions ParseArm(const std::string& text, const ModelOptions& run) {
  ArmOptions arm;
  const std::string source = DrafterOfArm(text);
  arm.drafter = source.substr(0, source.find('@'));
  if (source.size() > arm.drafter.size()) arm.checkpoint = source.substr(arm.drafter.size() + 1);
  arm.draft_length = run.draft_length;
  arm.may_draft_less = !run.draft_length_given;
  arm.policy = run.policy;
  const PolicyNumber* const number = FindPolicyNumber(run.policy);
  if (number != nullptr) arm.policy_number = run.*number->option;
  size_t begin = source.size();
  for (bool first = true; begin < text.size(); first = false) {
    const size_t end = std::min(text.find(':', begin + 1), text.size());
    const std::string part = text.substr(begin + 1, end - begin - 1);
    if (first && IsNumber(part)) {
      const std::string complaint = DraftLength()(part);
      if (!complaint.empty()) ThrowArm(text, "draft length: " + complaint);
      arm.draft_length = static_cast<int32_t>(*ParseInteger(part));
      arm.may_draft_less = false;
    } else {
      ApplyPolicy(text, part, arm);
      if (end < text.size()) ThrowArm(text, "expected nothing after the policy");
    }
    begin = end;
  }
  if (arm.drafter != "none") return arm;
  if (text != "none") ThrowArm(text, "none drafts nothing, expected it alone");
  return {};
}

std::vector<ArmOptions> ParseArms(const ModelOptions& run) {
  std::vector<ArmOptions> arms;
  for (const std::string& text : run.drafters) {
    ArmOptions arm = ParseArm(text, run);
    if (std::find(arms.begin(), arms.end(), arm) != arms.end()) {
      ThrowBadInput("--drafters: '" + text + "' is named twice");
    }
    arms.push_back(std::move(arm));
  }
  return arms;
}

std::vector<std::string> DraftersOf(const std::vector<ArmOptions>& arms) {
  std::vector<std::string> names;
  for (const ArmOptions& arm : arms) {
    if (std::find(names.begin(), names.end(), arm.source()) == names.end()) {
      names.push_back(arm.source());
    }
  }
  return names;
}

int32_t LongestDraft(const std::vector<ArmOptions>& arms) {
  int32_t longest = 0;
  for (const ArmOptions& arm : arms) longest = std::max(longest, arm.draft_length);
  return longest;
}

}  // namespace dsb
