#include "harness/timeline/timeline.h"

#include <memory>
#include <string>
#include <vector>

#include "base/console.h"
#include "base/quoted.h"
#include "harness/cli/command.h"
#include "harness/options/output_files.h"
#include "results/store/checked_reader.h"
#include "results/store/store.h"

namespace dsb {
namespace {

struct TimelineChoice {
  std::string results = "results.db";
  std::string output = "timeline.json";
  std::vector<int64_t> runs;
};

ExitCode ExecuteTimeline(const TimelineChoice& choice) {
  RefuseForeignFile("--output", choice.output, WrittenAs::kTrace);
  const Store store(choice.results, {.mode = Store::Mode::kReadOnly});
  std::vector<int64_t> ids = choice.runs;
  if (ids.empty()) {
    for (const RunRecord& run : ReadRuns(store)) ids.push_back(run.id);
  }
  if (ids.empty()) ThrowBadInput(choice.results + ": the file has no runs");
  std::vector<CheckedRun> runs;
  for (const int64_t id : ids) runs.push_back(ReadCheckedRun(store, id, {}));
  WriteTimelineFile(runs, {}, {}, choice.output);
  WriteOutput(Shown(choice.output) + ": open it in https://ui.perfetto.dev or chrome://tracing\n");
  return ExitCode::kDone;
}

std::vector<Option> Describe(TimelineChoice& choice) {
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
           .help = "run numbers; comma list; default: all",
           .check = IntegerIn(1, INT64_MAX)}};
}

}  // namespace

Command TimelineCommand() {
  auto choice = std::make_shared<TimelineChoice>();
  return {.name = "timeline",
          .summary = "Export stored steps, phases and requests as a Chrome trace for Perfetto",
          .options = Describe(*choice),
          .action = [choice] { return ExecuteTimeline(*choice); }};
}

}  // namespace dsb
