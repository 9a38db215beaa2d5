// A run's row, its machine and its build as JSON objects. For any class like
// nlohmann::ordered_json, so that this header needs none.
#pragma once

#include "reports/text/estimate_json.h"
#include "results/records.h"

namespace dsb {

template <typename Json>
Json RunJson(const RunRecord& run) {
  Json config = Json::parse(run.config_json, nullptr, false);
  if (config.is_discarded()) config = nullptr;
  return {{"id", run.id},
          {"uuid", run.uuid},
          {"label", run.label},
          {"state", run.state},
          {"failure", OrNull<Json>(run.failure)},
          {"started_utc", run.started_utc},
          {"duration_ns", OrNull<Json>(run.duration_ns)},
          {"engine", run.engine},
          {"drafter", run.drafter},
          {"draft_length", run.draft_length},
          {"policy", run.policy},
          {"provenance", run.provenance},
          {"clock", run.clock},
          {"load_mode", run.load_mode},
          {"arrival", OrNull<Json>(run.arrival)},
          {"offered_rate_per_s", OrNull<Json>(run.offered_rate_per_s)},
          {"achieved_rate_per_s", OrNull<Json>(run.achieved_rate_per_s)},
          {"users", OrNull<Json>(run.users)},
          {"verification_rule", OrNull<Json>(run.verification_rule)},
          {"sampling_law", OrNull<Json>(run.sampling_law)},
          {"prompt_form", OrNull<Json>(run.prompt_form)},
          {"temperature", run.temperature},
          {"top_p", run.top_p},
          {"top_k", run.top_k},
          {"max_tokens", run.max_tokens},
          {"seed", run.seed},
          {"threads", run.threads},
          {"num_devices", run.num_devices},
          {"target_precision", OrNull<Json>(run.target_precision)},
          {"drafter_precision", OrNull<Json>(run.drafter_precision)},
          {"weight_bytes_per_pass", OrNull<Json>(run.weight_bytes_per_pass)},
          {"flops_per_token", OrNull<Json>(run.flops_per_token)},
          {"bytes_per_draft", OrNull<Json>(run.bytes_per_draft)},
          {"flops_per_draft", OrNull<Json>(run.flops_per_draft)},
          {"device_time_source", run.device_time_source},
          {"steps_complete", run.steps_complete},
          {"config_sha256", run.config_sha256},
          {"config", config}};
}

template <typename Json>
Json MachineJson(const EnvironmentRecord& machine) {
  return {{"machine_id", machine.machine_id},
          {"cpu_model", machine.cpu_model},
          {"num_cores", machine.num_cores},
          {"num_threads_hw", machine.num_threads_hw},
          {"memory_bytes", machine.memory_bytes},
          {"os", machine.os},
          {"kernel", machine.kernel},
          {"virtualised", machine.virtualised},
          {"gpu_model", OrNull<Json>(machine.gpu_model)},
          {"gpu_count", machine.gpu_count},
          {"gpu_memory_bytes", OrNull<Json>(machine.gpu_memory_bytes)},
          {"driver", OrNull<Json>(machine.driver)},
          {"cuda", OrNull<Json>(machine.cuda)}};
}

template <typename Json>
Json BuildJson(const BuildRecord& build) {
  return {{"version", build.version},
          {"git_commit", build.git_commit},
          {"git_dirty", build.git_dirty},
          {"compiler", build.compiler},
          {"build_type", build.build_type},
          {"flags", build.flags},
          {"isa", build.isa},
          {"sqlite_version", build.sqlite_version}};
}

}  // namespace dsb
