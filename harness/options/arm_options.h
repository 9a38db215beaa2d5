// The arms of a run as --drafters names them: a drafter, how much it drafts and how much of that is
// verified.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

struct ModelOptions;

struct ArmOptions {
  std::string drafter = "none";
  int32_t draft_length = 0;     // tokens; 0 with none
  std::string policy = "none";  // PolicyNames(), engines/scheduling
  double policy_number = 0;     // of a policy that takes one (policy_number.h)
  std::string checkpoint = {};  // which of several of this drafter; empty: the one there is
  bool may_draft_less = false;  // the length is a default: no more than the drafter drafts

  // Whether both do the same.
  bool operator==(const ArmOptions& other) const {
    return drafter == other.drafter && draft_length == other.draft_length &&
           policy == other.policy && policy_number == other.policy_number &&
           checkpoint == other.checkpoint;
  }
  // "dspark" or "dspark@CHECKPOINT": what --drafter-path gives a folder for.
  std::string source() const { return checkpoint.empty() ? drafter : drafter + '@' + checkpoint; }
};

// "NAME", "NAME:LENGTH", "NAME:POLICY" or "NAME:LENGTH:POLICY" with POLICY a policy's name, and
// =NUMBER if it takes one, each with "@CHECKPOINT" behind the drafter's name if it has several;
// what is left out is the run's own. kBadInput naming --drafters and what was found.
ArmOptions ParseArm(const std::string& text, const ModelOptions& run);
// One arm for each of run.drafters. kBadInput if two of them would do the same.
std::vector<ArmOptions> ParseArms(const ModelOptions& run);

// The drafters that the arms need (source()), each once, in order.
std::vector<std::string> DraftersOf(const std::vector<ArmOptions>& arms);
// Tokens of the longest block that any arm drafts.
int32_t LongestDraft(const std::vector<ArmOptions>& arms);

}  // namespace dsb
