#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "base/console.h"
#include "base/quoted.h"
#include "base/whole_file.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/gate/gate_command.h"
#include "harness/gate/gate_selfcheck.h"
#include "harness/options/output_files.h"
#include "harness/terminal/screen.h"
#include "reports/gate/comparable.h"
#include "reports/report/gate_fronts.h"
#include "reports/report/gate_report.h"

namespace dsb {
namespace {

struct GateChoice {
  GateCommandOptions options;
  std::vector<std::string> record_noise, require;
  std::string format, html, junit;
  bool print_policy = false, self_check = false, no_store = false, github = false;
  std::set<std::string> given;
};

std::string TextOf(const Document& document, const std::string& format) {
  return format == "markdown" ? PrintMarkdown(document)
                              : PrintTerminal(document, ColumnsOf(stdout));
}

void PrintDocument(const Document& document, const std::string& format) {
  WriteOutput(TextOf(document, format));
}

GatePolicy ChosenPolicy(const GateChoice& choice) {
  const std::string& path = choice.options.policy;
  return path.empty() ? DefaultGatePolicy() : ReadGatePolicy(path);
}

ExitCode SelfCheck(const GateChoice& choice) {
  const GateSelfCheckResult result = RunGateSelfCheck({});
  Document document;
  document.emplace_back(
      Heading{1, result.ok() ? "Self-check: the gate works" : "Self-check: FAILED"});
  Table table;
  table.columns = {{"what", true}, {"expected", true}, {"found", true}, {"", true}};
  for (const GateSelfCheckRow& row : result.rows) {
    table.rows.push_back({row.what, row.expected, row.found, row.ok ? "ok" : "WRONG"});
  }
  document.emplace_back(std::move(table));
  document.emplace_back(
      Line{"Scripted engine in virtual time: no model, no timing of this machine."});
  PrintDocument(document, choice.format);
  return result.ok() ? ExitCode::kDone : ExitCode::kRegression;
}

std::string JobSummaryPath() {
  const char* const path = std::getenv("GITHUB_STEP_SUMMARY");
  return path == nullptr ? "" : path;
}

// For whoever looks at a pipeline's result rather than at its log.
void WriteFronts(const GateChoice& choice, const GateVerdict& verdict) {
  if (!choice.junit.empty()) WriteWholeFile(choice.junit, GateJunit(verdict));
  if (!choice.html.empty()) {
    WriteWholeFile(choice.html, PrintHtml(GatePage(verdict)));
    Say("page", choice.html);
  }
  if (!choice.github) return;
  // The runner reads both streams; standard output may be JSON.
  std::fputs(GateAnnotations(verdict).c_str(), stderr);
  const std::string summary = JobSummaryPath();
  if (summary.empty()) return;
  std::ofstream file(summary, std::ios::app);
  file << PrintMarkdown(MakeGateDocument(verdict)) << '\n' << std::flush;
  if (!file) ThrowResource("--github: cannot write to the job summary '" + summary + "'");
}

// It is added to: a file that the gate reads or writes otherwise would be spoilt.
void CheckJobSummary(const GateChoice& choice) {
  const std::string summary = JobSummaryPath();
  const GateCommandOptions& o = choice.options;
  const std::vector<std::string> others = {o.baseline, o.candidate,  o.anchor,
                                           o.verdict,  choice.junit, choice.html};
  for (const std::string& other : others) {
    const std::string path = PathIn(PathForm::kWithRun, other);
    std::error_code ignored;
    if (summary.empty() || !std::filesystem::equivalent(summary, path, ignored)) continue;
    ThrowBadInput("GITHUB_STEP_SUMMARY: '" + summary +
                  "' is a file that the gate names otherwise, expected another");
  }
}

ExitCode Gate(GateChoice& choice) {
  if (choice.options.baseline.empty() || choice.options.candidate.empty()) {
    ThrowBadInput("gate needs --baseline and --candidate; see dsbench gate --help");
  }
  if (choice.github) CheckJobSummary(choice);
  RefuseForeignFile("--verdict", choice.options.verdict, WrittenAs::kVerdict);
  if (!choice.html.empty()) RefuseForeignFile("--html", choice.html, WrittenAs::kPage);
  if (!choice.junit.empty()) RefuseForeignFile("--junit", choice.junit, WrittenAs::kJunit);
  for (const std::string& text : choice.require) {
    choice.options.gate.floors.push_back(ParseFloor(text));
  }
  const GateOutcome outcome = RunGate(choice.options);
  if (!outcome.warning.empty()) Say("warning", outcome.warning);
  const bool is_json = choice.format == "json";
  std::string printed =
      is_json ? outcome.json : TextOf(MakeGateDocument(outcome.verdict), choice.format);
  if (choice.github) printed = WithoutCommands(printed, is_json);
  WriteOutput(printed);
  WriteFronts(choice, outcome.verdict);
  if (outcome.verdict.state == GateState::kNotComparable) {
    std::string reasons;
    for (const std::string& reason : outcome.verdict.reasons) {
      reasons += (reasons.empty() ? "" : "; ") + reason;
    }
    const std::vector<GateDifference>& differences = outcome.verdict.differences;
    const bool may_differ = std::any_of(
        differences.begin(), differences.end(),
        [](const GateDifference& difference) { return MayDiffer(difference.what.field); });
    const std::string message =
        "not comparable: " + reasons + (may_differ ? " (--across FIELD allows one field)" : "");
    ThrowBadInput(choice.github ? WithoutCommands(message, false) : message);
  }
  return static_cast<ExitCode>(GateExitCode(outcome.verdict.state));
}

std::vector<Option> Inputs(GateCommandOptions& o) {
  return {{.name = "baseline",
           .value = &o.baseline,
           .value_name = "FILE[:RUN]",
           .help = "results file, or file:run with a run's number, arm or drafter; default run: "
                   "every arm of the file, each of which the candidate must have",
           .check = NotEmpty(),
           .path = PathForm::kWithRun},
          {.name = "candidate",
           .value = &o.candidate,
           .value_name = "FILE[:RUN]",
           .help = "as --baseline",
           .check = NotEmpty(),
           .path = PathForm::kWithRun},
          {.name = "anchor",
           .value = &o.anchor,
           .value_name = "FILE[:RUN]",
           .help = "a pinned release to hold against as well, with 1.5 times the margins; default: "
                   "none",
           .check = NotEmpty(),
           .path = PathForm::kWithRun},
          {.name = "policy",
           .value = &o.policy,
           .value_name = "FILE",
           .help = "policy file (reports/README.md); default: what --print-policy prints",
           .check = NotEmpty(),
           .path = PathForm::kPlain},
          {.name = "across",
           .value = &o.gate.across,
           .value_name = "FIELD",
           .help = "one field that may differ between the runs; default: none",
           .check = NotEmpty()},
          {.name = "noise",
           .value = &o.noise,
           .value_name = "FILE,...",
           .help = "further results files with a noise floor; comma list; default: none",
           .check = NotEmpty(),
           .path = PathForm::kPlain}};
}

std::vector<Option> OutputsAndModes(GateChoice& choice) {
  return {{.name = "verdict",
           .value = &choice.options.verdict,
           .value_name = "FILE",
           .help = "verdict file, written whatever happens (make turns every exit code into 2)",
           .check = NotEmpty(),
           .path = PathForm::kPlain,
           .written = WrittenAs::kVerdict},
          {.name = "no-store",
           .value = &choice.no_store,
           .value_name = "",
           .help = "do not keep the comparison in the results file that holds both runs; off by "
                   "default"},
          FormatOption(choice.format, {"text", "markdown", "json"},
                       "text, markdown or json (what the verdict file holds)"),
          {.name = "record-noise",
           .value = &choice.record_noise,
           .value_name = "FILE,...",
           .help = "instead of a verdict: measure equal runs of these files against each other and "
                   "keep their noise floor in the first; comma list",
           .check = NotEmpty(),
           .path = PathForm::kPlain},
          {.name = "print-policy",
           .value = &choice.print_policy,
           .value_name = "",
           .help = "print the policy with all defaults and end; off by default"},
          {.name = "self-check",
           .value = &choice.self_check,
           .value_name = "",
           .help = "let the gate judge equal runs and planted losses of a scripted engine and end; "
                   "off by default"}};
}

std::vector<Option> Fronts(GateChoice& choice) {
  return {
      {.name = "require",
       .value = &choice.require,
       .value_name = "METRIC>=NUMBER",
       .help = "a bound that baseline and candidate must keep, or METRIC<=NUMBER, in the metric's "
               "own unit; acceptance of drafting arms only; may be repeated; default: none",
       .check = NotEmpty()},
      {.name = "junit",
       .value = &choice.junit,
       .value_name = "FILE",
       .help = "write the rules and tests as JUnit XML; default: none",
       .check = NotEmpty(),
       .path = PathForm::kPlain,
       .written = WrittenAs::kJunit},
      {.name = "html",
       .value = &choice.html,
       .value_name = "FILE",
       .help = "write the verdict as one page that needs no other file; default: none",
       .check = NotEmpty(),
       .path = PathForm::kPlain,
       .written = WrittenAs::kPage},
      {.name = "github",
       .value = &choice.github,
       .value_name = "",
       .help = "write GitHub's annotations to standard error and a job summary to "
               "$GITHUB_STEP_SUMMARY; off by default"}};
}

std::vector<Option> DescribeGate(GateChoice& choice) {
  std::vector<Option> all = Inputs(choice.options);
  for (auto& more : {BootstrapOptionList(choice.options.gate.bootstrap), Fronts(choice),
                     OutputsAndModes(choice)}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

// A mode that judges no runs must not end well as if it had.
void RefuseBesideMode(const GateChoice& choice) {
  const auto refuse = [&](const std::string& mode, std::set<std::string> useful) {
    useful.insert(mode);
    RefuseAllBut(useful, choice.given, "has no use beside --" + mode + ", which judges no runs");
  };
  if (choice.self_check) return refuse("self-check", {"format"});
  if (choice.print_policy) return refuse("print-policy", {"policy", "format"});
  if (choice.record_noise.empty()) return;
  refuse("record-noise", {"policy", "format", "resamples", "statistics-seed"});
}

ExitCode ExecuteGate(GateChoice& choice) {
  RefuseBesideMode(choice);
  choice.options.store = !choice.no_store;
  if (choice.self_check) return SelfCheck(choice);
  if (choice.print_policy) {
    WriteOutput(ShownJson(GatePolicyJson(ChosenPolicy(choice))));
    return ExitCode::kDone;
  }
  if (!choice.record_noise.empty()) {
    PrintDocument(MakeNoiseDocument(RecordNoise(choice.record_noise, ChosenPolicy(choice),
                                                choice.options.gate.bootstrap)),
                  choice.format);
    return ExitCode::kDone;
  }
  return Gate(choice);
}

}  // namespace

Command GateCommand() {
  auto choice = std::make_shared<GateChoice>();
  return {.name = "gate",
          .summary = "Decide whether a candidate is worse: pass 0, fail 1, inconclusive 4",
          .options = DescribeGate(*choice),
          .action = [choice] { return ExecuteGate(*choice); },
          .given = &choice->given};
}

}  // namespace dsb
