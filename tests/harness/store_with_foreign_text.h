// A results file with texts that nobody vetted in every place that reports show.
#pragma once

#include <string>

#include "results/run_config.h"
#include "results/store/store.h"

namespace dsb {

// One finished run of each of two arms; `text` is in the label, machine, build, artifacts, items
// and drafter.
inline void WriteForeignStore(const std::string& path, const std::string& text) {
  Store store(path, {});
  EnvironmentRecord machine;
  machine.cpu_model = machine.os = machine.kernel = "m" + text;
  machine.gpu_model = "gpu" + text;
  BuildRecord build;
  build.version = build.compiler = "v" + text;
  const int64_t machine_id = store.PutEnvironment(machine), build_id = store.PutBuild(build);
  int64_t number = 0;
  for (const std::string& drafter : {std::string("none"), "d" + text}) {
    RunRecord run;
    run.uuid = std::to_string(++number);
    run.label = "label" + text;
    run.started_utc = "2026-01-01T00:00:00Z";
    run.drafter = drafter;
    run.policy = drafter == "none" ? "none" : "fixed" + text;
    run.draft_length = drafter == "none" ? 0 : 2;
    run.users = 1;
    run.max_tokens = 8;
    run.threads = 1;
    RunConfig config;
    config.command_line = "dsbench run " + text;
    run.config_json = ConfigToJson(config);
    run.config_sha256 = std::string(64, 'c');
    const int64_t id = store.PutRun(run, machine_id, build_id);
    ArtifactRecord artifact;
    artifact.kind = "workload";
    artifact.name = "w" + text;
    artifact.sha256 = std::string(64, 'b');
    const int64_t workload = store.PutArtifact(artifact);
    store.PutRunArtifact(id, "workload", workload);
    if (drafter != "none") {
      artifact.kind = "drafter";
      artifact.sha256 = std::string(64, 'd');
      store.PutRunArtifact(id, "drafter", store.PutArtifact(artifact));
    }
    store.PutSkippedItems(
        {{.run_id = id, .item_key = "item" + text, .turn = 0, .reason = "too long" + text}});
    const int64_t segment = store.PutSegment(id, 0);
    for (int64_t i = 0; i < 10; ++i) {
      PromptRecord prompt;
      prompt.item_key = prompt.conversation_key = "p" + std::to_string(i) + text;
      prompt.domain = "domain" + text;
      prompt.dataset = "set" + text;
      prompt.token_sha256 = std::string(64, 'e');
      RequestRecord request;
      request.run_id = id;
      request.segment_id = segment;
      request.prompt_id = store.PutPrompt(prompt, workload);
      request.scheduled_ns = request.issued_ns = i * 1000;
      request.admitted_ns = i * 1000 + 1;
      request.first_ns = i * 1000 + 100;
      request.finished_ns = i * 1000 + 500;
      request.end_reason = "length";
      request.bursts = {{i * 1000 + 100, 1}, {i * 1000 + 500, 2}};
      RoundRecord round;
      round.proposed = round.verified = drafter == "none" ? 0 : 2;
      round.accepted = drafter == "none" ? 0 : 1;
      round.committed = 2;
      if (drafter == "none") {
        RoundRecord first;
        first.committed = 1;
        request.rounds = {first, first};
        request.bursts = {{i * 1000 + 100, 1}, {i * 1000 + 300, 1}, {i * 1000 + 500, 1}};
      } else {
        request.rounds = {round};
      }
      store.PutRequest(request);
    }
    store.EndSegment(segment, 20'000, 0, 20'000);
    store.EndRun(id, "complete", "", 20'000, true);
  }
}

}  // namespace dsb
