#include "reports/report/report.h"

#include <cstdio>
#include <memory>
#include <set>
#include <utility>

#include "base/console.h"
#include "base/counted.h"
#include "base/whole_file.h"
#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/cli/figure_files.h"
#include "harness/crosscheck/crosscheck_command.h"
#include "harness/machine/environment.h"
#include "harness/options/output_files.h"
#include "harness/run/results_file.h"
#include "harness/terminal/screen.h"
#include "reports/document/html.h"
#include "reports/model/model.h"
#include "reports/report/report_page.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

struct ReportChoice {
  std::string path = "results.db";
  std::string format, html, figures;
  bool full = false;
  ReportOptions options;
};

struct CompareChoice {
  bool texts = false;
  std::string target;
  std::string path = "results.db";
  std::string other;
  std::string format;
  CompareOptions options;
  std::set<std::string> given;
};

void Print(const std::string& text) {
  WriteOutput(text.empty() || text.back() != '\n' ? text + '\n' : text);
}

Store OpenForReading(const std::string& path) { return Store(path, ReadingOptions(path)); }

void AppendCommon(std::string& format, MetricOptions& metrics, std::vector<std::string> formats,
                  const std::string& help, std::vector<Option>& all) {
  all.push_back(FormatOption(format, std::move(formats), help));
  for (Option& option : BootstrapOptionList(metrics.bootstrap)) all.push_back(std::move(option));
}

Option ResultsOption(std::string& path, const std::string& help) {
  return {.name = "results",
          .value = &path,
          .value_name = "FILE",
          .help = help,
          .check = NotEmpty(),
          .positional = true,
          .path = PathForm::kPlain};
}

std::vector<Option> DescribeReport(ReportChoice& choice) {
  ReportOptions& options = choice.options;
  std::vector<Option> all = {
      ResultsOption(choice.path, "results file of `dsbench run`"),
      {.name = "crosswalk",
       .value = &options.sections.crosswalk,
       .value_name = "",
       .help = "add every tool's definition of acceptance, from the same rounds; off by default"},
      {.name = "full",
       .value = &choice.full,
       .value_name = "",
       .help =
           "print every table as text, not only the arms and what they show; off by default, on "
           "with --crosswalk or --paper"},
      {.name = "paper",
       .value = &options.sections.paper,
       .value_name = "",
       .help = "add the paper's Table 1 and Figures 2 to 4 beside these runs; off by default"}};
  all.push_back({.name = "html",
                 .value = &choice.html,
                 .value_name = "FILE",
                 .help =
                     "write the report as one page with charts, which needs no other file and no "
                     "network; default: none",
                 .check = NotEmpty(),
                 .path = PathForm::kPlain,
                 .written = WrittenAs::kPage});
  all.push_back({.name = "figures",
                 .value = &choice.figures,
                 .value_name = "FOLDER",
                 .help = "write each chart of the page as SVG, its values as CSV, and PDF where "
                         "rsvg-convert is installed, for a two-column paper; default: none",
                 .check = NotEmpty(),
                 .path = PathForm::kPlain});
  AppendCommon(choice.format, options.metrics, {"text", "markdown", "json", "csv"},
               "text, markdown, json, or csv: every figure, one a row", all);
  return all;
}

// Where to look next, under the short form.
std::string NextLines(const ReportChoice& choice, const ReportModel& model) {
  if (choice.options.format != ReportFormat::kText || choice.options.full || model.sets.empty()) {
    return "";
  }
  const std::string command = "dsbench report " + ShellText(choice.path);
  return "\nnext:  " + command + " --full              every table\n       " + command +
         " --html report.html  charts\n";
}

ExitCode Execute(ReportChoice& choice) {
  choice.options.format = ParseReportFormat(choice.format);
  choice.options.columns = ColumnsOf(stdout);
  choice.options.colour = ShowsColour(stdout);
  const ReportSections& sections = choice.options.sections;
  choice.options.full = choice.full || sections.crosswalk || sections.paper;
  if (!choice.html.empty()) RefuseForeignFile("--html", choice.html, WrittenAs::kPage);
  const Store store = OpenForReading(choice.path);
  const ReportModel model = BuildModel(store, choice.options.metrics);
  Print(RenderReport(model, choice.options) + NextLines(choice, model));
  if (!choice.html.empty()) {
    WriteWholeFile(choice.html, PrintHtml(MakePage(model)));
    Say("page", choice.html);
  }
  if (!choice.figures.empty()) {
    const FigureFiles files = WriteFigures(model, choice.figures, choice.path);
    Say("figures", choice.figures + ": " + Counted(files.charts, "chart") +
                       (files.has_converter ? "" : "; no PDF, rsvg-convert is not installed"));
  }
  return ExitCode::kDone;
}

std::vector<Option> DescribeCompare(CompareChoice& choice) {
  CompareOptions& options = choice.options;
  std::vector<Option> all = {ResultsOption(choice.path, "results file with the baseline"),
                             {.name = "candidate-results",
                              .value = &choice.other,
                              .value_name = "FILE",
                              .help = "results file with the candidate; default: the same file",
                              .check = NotEmpty(),
                              .positional = true,
                              .path = PathForm::kPlain},
                             {.name = "baseline",
                              .value = &options.baseline_run,
                              .value_name = "RUN",
                              .help = "run number, arm or drafter; default: drafter none",
                              .check = NotEmpty()},
                             {.name = "candidate",
                              .value = &options.candidate_run,
                              .value_name = "RUN",
                              .help = "run number, arm or drafter; default: every other arm",
                              .check = NotEmpty()},
                             {.name = "texts",
                              .value = &choice.texts,
                              .value_name = "",
                              .help = "greedy answers of every arm against the plain one as "
                                      "texts, beside each against its own repeat; off by default"},
                             {.name = "target",
                              .value = &choice.target,
                              .value_name = "PATH",
                              .help = "with --texts: the target, to tell how near its best two "
                                      "tokens are where texts part; default: not told",
                              .check = NotEmpty(),
                              .path = PathForm::kPlain},
                             {.name = "across",
                              .value = &options.across,
                              .value_name = "FIELD,...",
                              .help = "fields that may differ: " + FieldList(ComparableFacts({})) +
                                      "; comma list; default: none"}};
  AppendCommon(choice.format, options.metrics, {"text", "markdown", "json"},
               "text, markdown or json", all);
  return all;
}

ExitCode Execute(const CompareChoice& choice) {
  if (choice.texts) {
    RefuseAllBut({"results", "candidate-results", "texts", "target", "format"}, choice.given,
                 "has no use beside --texts, which compares every arm");
    if (!choice.other.empty() || choice.format == "json") {
      ThrowBadInput("--texts: expected one results file, as text or markdown");
    }
    TextsChoice texts;
    texts.results = choice.path;
    texts.target = choice.target;
    texts.format = choice.format;
    return ExecuteTexts(texts);
  }
  if (!choice.target.empty()) ThrowBadInput("--target: expected --texts with it");
  const ReportFormat format = ParseReportFormat(choice.format);
  const int columns = ColumnsOf(stdout);
  const Store baseline = OpenForReading(choice.path);
  if (choice.other.empty()) {
    Print(RenderCompare(baseline, baseline, choice.options, format, columns));
  } else {
    Print(RenderCompare(baseline, OpenForReading(choice.other), choice.options, format, columns));
  }
  return ExitCode::kDone;
}

}  // namespace

Command ReportCommand() {
  auto choice = std::make_shared<ReportChoice>();
  return {.name = "report",
          .summary = "Tables of everything that a results file holds",
          .options = DescribeReport(*choice),
          .action = [choice] { return Execute(*choice); }};
}

Command CompareCommand() {
  auto choice = std::make_shared<CompareChoice>();
  return {.name = "compare",
          .summary = "Compare arms prompt by prompt",
          .options = DescribeCompare(*choice),
          .action = [choice] { return Execute(*choice); },
          .given = &choice->given};
}

}  // namespace dsb
