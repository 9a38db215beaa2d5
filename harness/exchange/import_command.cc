#include "harness/exchange/import_command.h"

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/console.h"
#include "base/counted.h"
#include "base/quoted.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "harness/exchange/imported_run.h"
#include "harness/machine/environment.h"
#include "harness/options/file_name.h"
#include "harness/run/results_file.h"
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
  if (answer.output_tokens == 0) return request;
  request.first_ns = answer.first_ns;
  request.bursts.push_back({answer.first_ns, 1});
  if (answer.output_tokens > 1) request.bursts.push_back({answer.end_ns, answer.output_tokens - 1});
  request.finished_ns = request.bursts.back().t_ns;
  return request;
}

RunRecord MakeRun(const ImportChoice& choice, const ImportedRun& imported,
                  const std::string& sha256) {
  RunRecord run;
  run.uuid = RandomUuid();
  run.label = choice.label;
  run.started_utc = UtcNow();
  run.engine = run.provenance = "imported";
  run.reports_rounds = false;
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

}  // namespace

ExitCode ExecuteImport(const ImportChoice& choice) {
  const std::string text = ReadTextFile(choice.file, kMostBytes);
  const ImportedRun imported = ReadFile(choice, text);
  const std::string sha256 = Sha256Hex(text);
  RecordOptions record;
  record.output = choice.output;
  CheckOutput(record);
  Store store = OpenForRun(record);
  int64_t run_id = 0, num_errors = 0, end_ns = 0;
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
      prompt.dataset = prompt.domain = imported.program;
      prompt.num_prompt_tokens = answer.prompt_tokens;
      RequestRecord request = MakeRequest(answer);
      request.run_id = run_id;
      request.segment_id = segment_id;
      request.prompt_id = store.PutPrompt(prompt, workload_id);
      num_errors += request.end_reason == "error" ? 1 : 0;
      end_ns = std::max(end_ns, *request.finished_ns);
      store.PutRequest(request);
    }
    std::vector<ServerSampleRecord> samples;
    for (ServerSampleRecord sample : imported.counters) {
      sample.run_id = run_id;
      samples.push_back(sample);
      samples.back().value = 0;
      sample.t_ns = std::max<int64_t>(end_ns, 1);
      samples.push_back(sample);
    }
    store.PutServerSamples(samples);
    store.EndSegment(segment_id, end_ns, 0, end_ns);
    store.EndRun(run_id, "complete", "", end_ns, false);
  });
  store.PutMetrics(ComputeMetrics(ReadCheckedRun(store, run_id, {})));
  WriteOutput("run " + std::to_string(run_id) + ": " +
              Counted(static_cast<int64_t>(imported.answers.size()), "answer") + " of " +
              imported.program + ", " + Counted(num_errors, "failed one") + "\n" +
              "times, token counts and throughput only: the file tells no rounds and no machine\n" +
              "next: dsbench report " + ShellText(choice.output) + '\n');
  return ExitCode::kDone;
}

}  // namespace dsb
