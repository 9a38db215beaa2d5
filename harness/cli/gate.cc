#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "harness/cli/cli.h"
#include "harness/gate/gate_command.h"
#include "harness/gate/gate_selfcheck.h"
#include "harness/options/validators.h"
#include "reports/report/gate_report.h"

namespace dsb {
namespace {

struct GateChoice {
  GateCommandOptions options;
  std::vector<std::string> record_noise;
  std::string format = "text";
  bool print_policy = false, self_check = false, no_store = false;
};

void Print(const Document& document, const std::string& format) {
  const std::string text = format == "markdown" ? PrintMarkdown(document) : PrintTerminal(document);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
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
  Print(document, choice.format);
  return result.ok() ? ExitCode::kDone : ExitCode::kRegression;
}

ExitCode Gate(const GateChoice& choice) {
  if (choice.options.baseline.empty() || choice.options.candidate.empty()) {
    ThrowBadInput("gate needs --baseline and --candidate; see dsbench gate --help");
  }
  const GateOutcome outcome = RunGate(choice.options);
  if (!outcome.warning.empty()) {
    std::fprintf(stderr, "dsbench: warning: %s\n", outcome.warning.c_str());
  }
  if (choice.format == "json") {
    std::fwrite(outcome.json.data(), 1, outcome.json.size(), stdout);
    std::fflush(stdout);
  } else {
    Print(MakeGateDocument(outcome.verdict), choice.format);
  }
  if (outcome.verdict.state == GateState::kNotComparable) {
    std::string reasons;
    for (const std::string& reason : outcome.verdict.reasons) {
      reasons += (reasons.empty() ? "" : "; ") + reason;
    }
    ThrowBadInput("not comparable: " + reasons + " (--across FIELD allows one field)");
  }
  return static_cast<ExitCode>(GateExitCode(outcome.verdict.state));
}

void AddModes(CLI::App& gate, GateChoice& choice) {
  gate.add_option("--record-noise", choice.record_noise,
                  "instead of a verdict: measure equal runs of these files against each other and "
                  "keep their noise floor in the first; comma list")
      ->type_name("FILE,...")
      ->delimiter(',')
      ->check(NotEmpty());
  gate.add_flag("--print-policy", choice.print_policy,
                "print the policy with all defaults and end; off by default");
  gate.add_flag("--self-check", choice.self_check,
                "let the gate judge equal runs and planted losses of a scripted engine and end; "
                "off by default");
}

void AddOutputs(CLI::App& gate, GateChoice& choice) {
  gate.add_option("--verdict", choice.options.verdict,
                  "verdict file, written whatever happens (make turns every exit code into 2)")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->capture_default_str();
  gate.add_flag("--no-store", choice.no_store,
                "do not keep the comparison in the results file that holds both runs; off by "
                "default");
  gate.add_option("--format", choice.format, "text, markdown or json (what the verdict file holds)")
      ->type_name("NAME")
      ->check(OneOf({"text", "markdown", "json"}))
      ->capture_default_str();
}

}  // namespace

Action AddGate(CLI::App& app) {
  CLI::App* gate = app.add_subcommand(
      "gate", "Decide whether a candidate is worse: pass 0, fail 1, inconclusive 4");
  auto choice = std::make_shared<GateChoice>();
  GateCommandOptions& options = choice->options;
  gate->add_option("--baseline", options.baseline,
                   "results file, or file:run with a run's number, arm or drafter; default run: "
                   "every arm that both files have")
      ->type_name("FILE[:RUN]")
      ->check(NotEmpty());
  gate->add_option("--candidate", options.candidate, "as --baseline")
      ->type_name("FILE[:RUN]")
      ->check(NotEmpty());
  gate->add_option("--anchor", options.anchor,
                   "a pinned release to hold against as well, with 1.5 times the margins; default: "
                   "none")
      ->type_name("FILE[:RUN]")
      ->check(NotEmpty());
  gate->add_option("--policy", options.policy,
                   "policy file (reports/README.md); default: what --print-policy prints")
      ->type_name("FILE")
      ->check(NotEmpty());
  gate->add_option("--across", options.gate.across,
                   "one field that may differ between the runs; default: none")
      ->type_name("FIELD")
      ->check(NotEmpty());
  gate->add_option("--noise", options.noise,
                   "further results files with a noise floor; comma list; default: none")
      ->type_name("FILE,...")
      ->delimiter(',')
      ->check(NotEmpty());
  gate->add_option("--resamples", options.gate.bootstrap.num_resamples,
                   "bootstrap resamples of the intervals")
      ->type_name("RESAMPLES")
      ->check(IntegerIn(100, 1'000'000))
      ->capture_default_str();
  gate->add_option("--statistics-seed", options.gate.bootstrap.statistics_seed, "of the resampling")
      ->type_name("INTEGER")
      ->check(IntegerIn(0, INT64_MAX))
      ->capture_default_str();
  AddOutputs(*gate, *choice);
  AddModes(*gate, *choice);
  return [choice] {
    choice->options.store = !choice->no_store;
    if (choice->self_check) return SelfCheck(*choice);
    if (choice->print_policy) {
      std::fputs(GatePolicyJson(ChosenPolicy(*choice)).c_str(), stdout);
      return ExitCode::kDone;
    }
    if (!choice->record_noise.empty()) {
      Print(MakeNoiseDocument(RecordNoise(choice->record_noise, ChosenPolicy(*choice),
                                          choice->options.gate.bootstrap)),
            choice->format);
      return ExitCode::kDone;
    }
    return Gate(*choice);
  };
}

}  // namespace dsb
