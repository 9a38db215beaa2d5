// verdict.json: what wrappers read of a gate (keys in reports/README.md). Text only; writing the
// file is the caller's.
#pragma once

#include <string>

#include "base/error.h"
#include "reports/gate/rows.h"

namespace dsb {

// `sides`: the files as the user named them, without folders.
struct VerdictSides {
  std::string baseline, candidate, anchor;  // anchor "": none
};

std::string VerdictJson(const GateVerdict& verdict, const VerdictSides& sides);
// A gate that ended before it had a verdict: state "error" with what went wrong.
std::string ErrorVerdictJson(ExitCode code, const std::string& reason, const VerdictSides& sides);

}  // namespace dsb
