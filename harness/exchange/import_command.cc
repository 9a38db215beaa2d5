#include "harness/exchange/import_command.h"

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/console.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/quoted.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "harness/exchange/imported_run.h"
#include "harness/machine/environment.h"
#include "harness/options/file_name.h"
#include "harness/run/results_file.h"
#include "reports/model/provenance_lines.h"
#include "results/checked_run.h"
#include "results/metrics/metrics.h"
#include "results/metrics/speed.h"
#include "results/run_config.h"
#include "results/store/checked_reader.h"

namespace dsb {
namespace {

constexpr size_t kMostBytes = size_t{1} << 30;

ImportedRun ReadFile(const ImportChoice& choice, const std::string& text) {
  for (const ImportFormat& format : ImportFormats()) {
    if (choice.format == format.name) return format.read(text, choice.file);
  }
  ThrowBadInput("import: unknown format '" + choice.format + "'");
}

RequestRecord MakeRequest(const ImportedAnswer& answer) {
  RequestRecord request;
  request.scheduled_ns = request.issued_ns = answer.start_ns;
  request.finished_ns = std::max(answer.end_ns, answer.start_ns);
  request.token_count_source = kTotalsOnly;
  request.end_reason = "stop";  // of itself or by the limit: the files do not say
  if (!answer.error.empty()) {
    request.end_reason = "error";
    request.error = answer.error;
    return request;
  }
  request.rounds = answer.rounds;
  if (answer.output_tokens == 0) return request;
  request.first_ns = answer.first_ns;
  request.bursts.push_back({answer.first_ns, 1});
  if (answer.output_tokens > 1) request.bursts.push_back({answer.end_ns, answer.output_tokens - 1});
  request.finished_ns = request.bursts.back().t_ns;
  return request;
}

bool IsImportOf(const RunRecord& run, const std::string& sha256) {
  return run.config_json.find(sha256) != std::string::npos;
}

RunRecord MakeRun(const ImportChoice& choice, const ImportedRun& imported,
                  const std::string& sha256) {
  RunRecord run;
  run.uuid = RandomUuid();
  run.label = choice.label;
  run.started_utc = UtcNow();
  run.engine = run.provenance = "imported";
  run.reports_rounds = false;
  for (const ImportedAnswer& answer : imported.answers) {
    run.reports_rounds = run.reports_rounds || !answer.rounds.empty();
    for (const RoundRecord& round : answer.rounds) {
      run.draft_length = std::max(run.draft_length, round.proposed);
    }
  }
  run.drafter = choice.arm;
  run.policy = choice.arm == "none" ? "none" : "unknown";
  run.users = imported.users;
  run.temperature = choice.temperature;
  run.verification_rule = "unknown";
  run.device_time_source = "none";
  run.steps_complete = false;
  for (const ImportedAnswer& answer : imported.answers) {
    run.max_tokens = std::max(run.max_tokens, answer.output_tokens);
  }
  RunConfig config;
  config.engine = run.engine;
  config.device = "unknown";
  config.weights = "unknown";
  config.arms = {choice.arm};
  config.drafter = choice.arm;
  config.policy = run.policy;
  config.server = imported.program;
  config.workload = FileName(choice.file);
  config.workload_sha256 = sha256;
  config.max_tokens = run.max_tokens;
  config.temperature = choice.temperature;
  config.concurrency = imported.users.value_or(0);
  config.label = choice.label;
  config.session = run.uuid;
  run.config_json = ConfigToJson(config);
  run.config_sha256 = ConfigSha256(config);
  return run;
}

// Counts as a pair of readings, as of a server; figures as one.
void PutFigures(const ImportedRun& imported, int64_t run_id, int64_t end_ns, Store& store) {
  std::vector<ServerSampleRecord> samples;
  const auto put = [&](ServerSampleRecord sample, int64_t t_ns, double value) {
    sample.run_id = run_id;
    sample.t_ns = t_ns;
    sample.value = value;
    samples.push_back(std::move(sample));
  };
  for (const ServerSampleRecord& counter : imported.counters) {
    put(counter, 0, 0);
    put(counter, end_ns, counter.value);
  }
  for (const ServerSampleRecord& figure : imported.figures) put(figure, end_ns, figure.value);
  store.PutServerSamples(samples);
  std::vector<SkippedItemRecord> skipped = imported.skipped;
  for (SkippedItemRecord& item : skipped) item.run_id = run_id;
  store.PutSkippedItems(skipped);
}

void Say(const ImportChoice& choice, const ImportedRun& imported, int64_t run_id,
         const std::string& server) {
  const auto failed = std::count_if(imported.answers.begin(), imported.answers.end(),
                                    [](const ImportedAnswer& a) { return !a.error.empty(); });
  std::string text = "run " + std::to_string(run_id) + ": " +
                     Counted(static_cast<int64_t>(imported.answers.size()), "answer") + " of " +
                     Shown(imported.program) + ", " + Counted(failed, "failed one") + "\n" +
                     Shown(server) + "\n";
  if (!imported.remark.empty()) text += Shown(imported.remark) + "\n";
  text += imported.answers.empty() ? "kept as rows of server_sample: figures without answers have "
                                     "no interval and no report\n"
                                   : "next: dsbench report " + ShellText(choice.output) + '\n';
  WriteOutput(text);
}

}  // namespace

ExitCode ExecuteImport(const ImportChoice& choice) {
  const std::string text = ReadTextFile(choice.file, kMostBytes);
  const ImportedRun imported = ReadFile(choice, text);
  if (!imported.figures.empty() && choice.arm == "none") {
    ThrowBadInput("import " + choice.format +
                  ": --arm is missing, the drafter's name: its figures are of a drafter");
  }
  const std::string sha256 = Sha256Hex(text);
  RecordOptions record;
  record.output = choice.output;
  CheckOutput(record);
  Store store = OpenForRun(record);
  // The same answers as two runs would agree with each other, whatever is compared.
  for (const RunRecord& run : ReadRuns(store)) {
    const bool compared = run.engine == "imported" && !imported.answers.empty();
    if (!compared || !IsImportOf(run, sha256)) continue;
    ThrowBadInput(choice.file + ": is in " + choice.output + " already, as run " +
                  std::to_string(run.id) + " (" + run.drafter + "); expected each file once");
  }
  int64_t run_id = 0, end_ns = 0;
  store.Transact([&] {
    EnvironmentRecord nowhere;  // the other program's machine, of which its file says nothing
    nowhere.machine_id = nowhere.cpu_model = "unknown (imported)";
    ArtifactRecord workload;
    workload.kind = "workload";
    workload.name = FileName(choice.file);
    workload.sha256 = sha256;
    workload.size_bytes = static_cast<int64_t>(text.size());
    const int64_t workload_id = store.PutArtifact(workload);
    run_id = store.PutRun(MakeRun(choice, imported, sha256), store.PutEnvironment(nowhere),
                          store.PutBuild(CaptureBuild("none")));
    store.PutRunArtifact(run_id, "workload", workload_id);
    store.StartChain(run_id);
    const int64_t segment_id = store.PutSegment(run_id, 0);
    for (const ImportedAnswer& answer : imported.answers) {
      PromptRecord prompt;
      prompt.item_key = prompt.conversation_key = answer.key;
      prompt.dataset = imported.program;
      prompt.domain = answer.domain.empty() ? imported.program : answer.domain;
      prompt.num_prompt_tokens = answer.prompt_tokens;
      RequestRecord request = MakeRequest(answer);
      request.run_id = run_id;
      request.segment_id = segment_id;
      request.prompt_id = store.PutPrompt(prompt, workload_id);
      end_ns = std::max(end_ns, *request.finished_ns);
      store.PutRequest(request);
    }
    PutFigures(imported, run_id, std::max<int64_t>(end_ns, 1), store);
    store.EndSegment(segment_id, end_ns, 0, end_ns);
    store.EndRun(run_id, "complete", "", end_ns, false);
  });
  const CheckedRun run = ReadCheckedRun(store, run_id, {});
  store.PutMetrics(ComputeMetrics(run));
  Say(choice, imported, run_id, ServerLine(*run));
  return ExitCode::kDone;
}

}  // namespace dsb
