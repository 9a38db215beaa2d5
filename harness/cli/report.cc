#include "reports/report/report.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "harness/cli/cli.h"
#include "harness/options/validators.h"

namespace dsb {
namespace {

struct ReportChoice {
  std::string path = "results.db";
  std::string format = "text";
  ReportOptions options;
};

struct CompareChoice {
  std::string path = "results.db";
  std::string other;
  std::string format = "text";
  CompareOptions options;
};

void Print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (text.empty() || text.back() != '\n') std::fputc('\n', stdout);
  std::fflush(stdout);
}

Store OpenForReading(const std::string& path) {
  return Store(path, {.mode = Store::Mode::kReadOnly});
}

void AddFormat(CLI::App& command, std::string& format) {
  command.add_option("--format", format, "text, markdown or json")
      ->type_name("NAME")
      ->check(OneOf({"text", "markdown", "json"}))
      ->capture_default_str();
}

void AddStatisticsOptions(CLI::App& command, MetricOptions& metrics) {
  BootstrapOptions& bootstrap = metrics.bootstrap;
  command
      .add_option("--resamples", bootstrap.num_resamples, "bootstrap resamples of the intervals")
      ->type_name("RESAMPLES")
      ->check(IntegerIn(100, 1'000'000))
      ->capture_default_str();
  command.add_option("--statistics-seed", bootstrap.statistics_seed, "of the resampling")
      ->type_name("INTEGER")
      ->check(IntegerIn(0, INT64_MAX))
      ->capture_default_str();
}

}  // namespace

Action AddReport(CLI::App& app) {
  CLI::App* report = app.add_subcommand("report", "Tables of everything that a results file holds");
  auto choice = std::make_shared<ReportChoice>();
  report->add_option("results", choice->path, "results file of `dsbench run`")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->capture_default_str();
  AddFormat(*report, choice->format);
  report->add_flag(
      "--crosswalk", choice->options.sections.crosswalk,
      "add every tool's definition of acceptance, from the same rounds; off by default");
  report->add_flag("--paper", choice->options.sections.paper,
                   "add the paper's Table 1 and Figures 2 to 4 beside these runs; off by default");
  AddStatisticsOptions(*report, choice->options.metrics);
  return [choice] {
    choice->options.format = ParseReportFormat(choice->format);
    Print(RenderReport(OpenForReading(choice->path), choice->options));
    return ExitCode::kDone;
  };
}

Action AddCompare(CLI::App& app) {
  CLI::App* compare = app.add_subcommand("compare", "Compare arms prompt by prompt");
  auto choice = std::make_shared<CompareChoice>();
  CompareOptions& options = choice->options;
  compare->add_option("results", choice->path, "results file with the baseline")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->capture_default_str();
  compare
      ->add_option("candidate-results", choice->other,
                   "results file with the candidate; default: the same file")
      ->type_name("FILE")
      ->check(NotEmpty());
  compare
      ->add_option("--baseline", options.baseline_run,
                   "run number, arm or drafter; default: drafter none")
      ->type_name("RUN")
      ->check(NotEmpty());
  compare
      ->add_option("--candidate", options.candidate_run,
                   "run number, arm or drafter; default: every other arm")
      ->type_name("RUN")
      ->check(NotEmpty());
  compare
      ->add_option("--across", options.across,
                   "fields that may differ: workload_sha256, target_sha256, temperature, top_p, "
                   "top_k, max_tokens; comma list; default: none")
      ->type_name("FIELD,...")
      ->delimiter(',');
  AddFormat(*compare, choice->format);
  AddStatisticsOptions(*compare, options.metrics);
  return [choice] {
    const ReportFormat format = ParseReportFormat(choice->format);
    const Store baseline = OpenForReading(choice->path);
    if (choice->other.empty()) {
      Print(RenderCompare(baseline, baseline, choice->options, format));
    } else {
      Print(RenderCompare(baseline, OpenForReading(choice->other), choice->options, format));
    }
    return ExitCode::kDone;
  };
}

}  // namespace dsb
