// The one table of verification policies: names, what help texts say of them, what they need and
// what they promise. Command line, configuration, engines and proof read it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/admission_kind.h"

namespace dsb {

// In the order of the table.
enum class PolicyKind {
  kNone,
  kFixed,
  kThreshold,
  kBudget,
  kAlgorithm1,
  kLagged,
  kLaggedOld,
  kGlobalArgmax
};

struct PolicyEntry {
  PolicyKind kind;
  const char* name;
  const char* what;  // which drafts it verifies, to stand after the name
  AdmissionKind admission;
  bool needs_confidence;
  bool needs_costs;  // a cost table
  bool offered;      // a run may name it
  bool on_device;    // runs on CUDA too
  bool lossless;     // false: for study, a run must allow it
};

std::span<const PolicyEntry> PolicyTable();
const PolicyEntry& DescribePolicy(PolicyKind kind);
// Null for a name that is in no row.
const PolicyEntry* FindPolicy(std::string_view name);
// Of the policies that a run may name, in order.
std::vector<std::string> PolicyNames();
// kBadInput on a name that is not among these.
PolicyKind PolicyFromName(const std::string& name);

}  // namespace dsb
