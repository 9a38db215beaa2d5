#include "harness/timeline/timeline.h"

#include <memory>
#include <string>
#include <vector>

#include "base/console.h"
#include "base/quoted.h"
#include "harness/cli/command.h"
#include "harness/options/output_files.h"
#include "harness/run/results_file.h"
#include "reports/pairing/find_run.h"
#include "results/store/checked_reader.h"
#include "results/store/store.h"

namespace dsb {
namespace {

struct TimelineChoice {
  std::string results = "results.db";
  std::string output = "timeline.json";
  std::vector<std::string> runs;
};

ExitCode ExecuteTimeline(const TimelineChoice& choice) {
  RefuseForeignFile("--output", choice.output, WrittenAs::kTrace);
  const Store store(choice.results, ReadingOptions(choice.results));
  const std::vector<RunRecord> all = ReadRuns(store);
  std::vector<int64_t> ids;
  for (const std::string& name : choice.runs) ids.push_back(FindRun(all, name, "timeline").id);
  if (choice.runs.empty()) {
    for (const RunRecord& run : all) ids.push_back(run.id);
  }
  if (ids.empty()) ThrowBadInput(choice.results + ": the file has no runs");
  std::vector<CheckedRun> runs;
  runs.reserve(ids.size());
  for (const int64_t id : ids) runs.push_back(ReadCheckedRun(store, id, {}));
  WriteTimelineFile(runs, {}, {}, choice.output);
  WriteOutput(Shown(choice.output) + ": open it in https://ui.perfetto.dev or chrome://tracing\n");
  return ExitCode::kDone;
}

std::vector<Option> DescribeTimeline(TimelineChoice& choice) {
  return {{.name = "results",
           .value = &choice.results,
           .value_name = "FILE",
           .help = "results file of `dsbench run`",
           .check = NotEmpty(),
           .positional = true,
           .path = PathForm::kPlain},
          {.name = "output",
           .value = &choice.output,
           .value_name = "FILE",
           .help = "Chrome trace, JSON",
           .check = NotEmpty(),
           .path = PathForm::kPlain,
           .written = WrittenAs::kTrace},
          {.name = "run",
           .value = &choice.runs,
           .value_name = "RUN,...",
           .help = "run numbers, arms or drafters; comma list; default: all",
           .check = NotEmpty()}};
}

}  // namespace

Command TimelineCommand() {
  auto choice = std::make_shared<TimelineChoice>();
  return {.name = "timeline",
          .summary = "Export stored steps, phases and requests as a Chrome trace for Perfetto",
          .options = DescribeTimeline(*choice),
          .action = [choice] { return ExecuteTimeline(*choice); }};
}

}  // namespace dsb
