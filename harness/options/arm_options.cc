#include "harness/options/arm_options.h"

#include <algorithm>

#include "base/error.h"
#include "harness/options/drafter_paths.h"
#include "harness/options/model_options.h"
#include "harness/options/validators.h"

namespace dsb {
namespace {

constexpr const char* kThreshold = "threshold=";

[[noreturn]] void ThrowArm(const std::string& text, const std::string& complaint) {
  ThrowBadInput("--drafters: '" + text + "': " + complaint);
}

void ApplyPolicy(const std::string& text, const std::string& policy, ArmOptions& arm) {
  if (policy == "fixed" || policy == "none") {
    arm.policy = policy;
    return;
  }
  if (!policy.starts_with(kThreshold)) {
    ThrowArm(text, "expected a draft length, fixed, none or threshold=PROBABILITY, found '" +
                       policy + "'");
  }
  const std::string value = policy.substr(std::string(kThreshold).size());
  if (const std::string complaint = NumberIn(0, 1)(value); !complaint.empty()) {
    ThrowArm(text, complaint);
  }
  arm.policy = "threshold";
  arm.threshold = *ParseNumber(value);
}

bool IsNumber(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::vector<std::string> ArmPolicyNames() { return {"none", "fixed", "threshold"}; }

ArmOptions ParseArm(const std::string& text, const ModelOptions& run) {
  ArmOptions arm;
  arm.drafter = DrafterOfArm(text);
  arm.draft_length = run.draft_length;
  arm.policy = run.policy;
  arm.threshold = run.policy == "threshold" ? run.threshold : 0;
  size_t begin = arm.drafter.size();
  for (bool first = true; begin < text.size(); first = false) {
    const size_t end = std::min(text.find(':', begin + 1), text.size());
    const std::string part = text.substr(begin + 1, end - begin - 1);
    if (first && IsNumber(part)) {
      const std::string complaint = DraftLength()(part);
      if (!complaint.empty()) ThrowArm(text, "draft length: " + complaint);
      arm.draft_length = static_cast<int32_t>(*ParseInteger(part));
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
    if (std::find(names.begin(), names.end(), arm.drafter) == names.end()) {
      names.push_back(arm.drafter);
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
