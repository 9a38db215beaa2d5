#include "harness/timeline/timeline.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "harness/cli/cli.h"
#include "harness/options/validators.h"
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
  const Store store(choice.results, {.mode = Store::Mode::kReadOnly});
  std::vector<int64_t> ids = choice.runs;
  if (ids.empty()) {
    for (const RunRecord& run : ReadRuns(store)) ids.push_back(run.id);
  }
  if (ids.empty()) ThrowBadInput(choice.results + ": the file has no runs");
  std::vector<CheckedRun> runs;
  for (const int64_t id : ids) runs.push_back(ReadCheckedRun(store, id, {}));
  WriteTimelineFile(runs, {}, {}, choice.output);
  std::printf("%s: open it in https://ui.perfetto.dev or chrome://tracing\n",
              choice.output.c_str());
  return ExitCode::kDone;
}

}  // namespace

Action AddTimeline(CLI::App& app) {
  CLI::App* timeline = app.add_subcommand(
      "timeline", "Export stored steps, phases and requests as a Chrome trace for Perfetto");
  auto choice = std::make_shared<TimelineChoice>();
  timeline->add_option("results", choice->results, "results file of `dsbench run`")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->capture_default_str();
  timeline->add_option("--output", choice->output, "Chrome trace, JSON")
      ->type_name("FILE")
      ->check(NotEmpty())
      ->capture_default_str();
  timeline->add_option("--run", choice->runs, "run numbers; comma list; default: all")
      ->type_name("RUN,...")
      ->delimiter(',')
      ->check(IntegerIn(1, INT64_MAX));
  return [choice] { return ExecuteTimeline(*choice); };
}

}  // namespace dsb
