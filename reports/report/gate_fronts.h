// A gate's verdict as continuous integration shows it: JUnit's XML, GitHub's annotations, a page.
#pragma once

#include <string>
#include <string_view>

#include "reports/document/html.h"
#include "reports/gate/rows.h"

namespace dsb {

// One test case for each rule and each primary metric, of the suite of its arm. A broken rule and a
// failed test are failures, what could not decide is an error (neither passed nor failed), what was
// not checked is skipped.
std::string GateJunit(const GateVerdict& verdict);

// Workflow commands, a line each: an error for each reason of a verdict that is no pass, a warning
// for each warning, a notice for a pass.
std::string GateAnnotations(const GateVerdict& verdict);

// What the gate prints into a job's log, so that no text of a file is a command there: "::NAME" at
// a line's beginning or "##[NAME]" anywhere gets a backslash, in JSON an escape that means the
// same.
std::string WithoutCommands(std::string_view printed, bool is_json);

// The verdict's tables and, of each test that has a margin, its loss against it.
Page GatePage(const GateVerdict& verdict);

}  // namespace dsb
