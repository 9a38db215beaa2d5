#include "results/metrics/metrics.h"

#include <algorithm>
#include <utility>

#include "results/metrics/device.h"
#include "results/metrics/load.h"
#include "results/metrics/phases.h"
#include "results/metrics/rows.h"
#include "results/metrics/selection.h"

namespace dsb {
namespace {

void AddLoad(MetricContext* context) {
  const std::optional<LoadSummary> load = SummariseLoad(context->data);
  if (!load) return;
  const double seconds = AsDouble(load->window_ns) * 1e-9;
  context->AddPlain(AsDouble(load->tokens) / seconds, load->requests, "output_tokens_per_s", "all");
  context->AddPlain(AsDouble(load->requests) / seconds, load->requests, "requests_per_s", "all");
  context->AddPlain(AsDouble(load->in_flight_ns) / AsDouble(load->window_ns), load->requests,
                    "mean_concurrency", "all");
  context->AddPlain(AsDouble(load->in_decode_ns) / AsDouble(load->window_ns), load->requests,
                    "mean_decode_concurrency", "all");
}

void AddPhases(MetricContext* context) {
  const std::optional<PhaseSummary> summary = SummarisePhases(context->data);
  if (!summary || summary->num_steps == 0) return;
  const int64_t n = summary->num_steps;
  const double wall_ns = AsDouble(summary->step_wall_ns);
  const double threads = AsDouble(std::max<int64_t>(1, context->data.run.threads));
  const std::optional<int64_t> cpu_ns = summary->thread_cpu_ns();
  context->AddPlain(wall_ns / AsDouble(n), n, "step_wall", "all");
  if (cpu_ns && *cpu_ns > 0) {
    context->AddPlain(AsDouble(*cpu_ns) / (AsDouble(summary->phases_wall_ns()) * threads), n,
                      "parallel_efficiency", "all");
  }
  for (const PhaseTotal& phase : summary->phases) {
    const std::string suffix = "_" + phase.phase;
    context->AddPlain(AsDouble(phase.wall_ns) / AsDouble(n), n, "phase_wall" + suffix, "all");
    context->AddPlain(AsDouble(phase.wall_ns) / wall_ns, n, "phase_wall_share" + suffix, "all");
    if (!phase.thread_cpu_ns || !cpu_ns || *cpu_ns == 0) continue;
    context->AddPlain(AsDouble(*phase.thread_cpu_ns) / AsDouble(*cpu_ns), n,
                      "phase_cpu_share" + suffix, "all");
    context->AddPlain(AsDouble(*phase.thread_cpu_ns) / (AsDouble(phase.wall_ns) * threads), n,
                      "parallel_efficiency" + suffix, "all");
  }
  if (context->notes != nullptr && summary->phases_wall_ns() > summary->step_wall_ns) {
    context->notes->push_back(
        {"phase_wall", "all", "implausible: the phases' wall time exceeds the steps'"});
  }
}

void AddDevice(MetricContext* context) {
  const RunData& data = context->data;
  const std::optional<DeviceSummary> summary = SummariseDevice(data);
  if (!summary) return;
  const int64_t n = summary->num_steps;
  const double tokens = AsDouble(summary->num_tokens), device_ns = AsDouble(summary->device_ns());
  const double busy_ns = AsDouble(summary->busy_ns), wall_ns = AsDouble(summary->step_wall_ns);
  context->Add(DeviceTimePerToken(data, context->options.bootstrap), "device_time_per_token",
               "all");
  for (const PhaseDeviceTotal& phase : summary->phases) {
    context->AddPlain(AsDouble(phase.device_ns) / tokens, n, "device_time_per_token_" + phase.phase,
                      "all");
  }
  context->AddPlain(device_ns / AsDouble(n), n, "device_time_per_step", "all");
  context->AddPlain(busy_ns / tokens, n, "device_busy_per_token", "all");
  context->AddPlain(busy_ns / wall_ns, n, "device_busy_share", "all");
  context->AddPlain(1 - busy_ns / wall_ns, n, "device_idle_share", "all");
  if (summary->kernel_ns) {
    if (busy_ns > 0) {
      context->AddPlain(AsDouble(*summary->kernel_ns) / busy_ns, n, "device_overlap", "all");
    }
    int64_t all_ns = 0, other_ns = 0;
    for (const KernelTimeRecord& kernel : data.kernels) {
      all_ns += kernel.total_ns;
      if (kernel.phase == "other") other_ns += kernel.total_ns;
    }
    if (all_ns > 0) {
      context->AddPlain(AsDouble(other_ns) / AsDouble(all_ns), n, "device_other_share", "all");
    }
  }
  if (context->notes == nullptr) return;
  if (summary->busy_ns > summary->step_wall_ns) {
    context->notes->push_back(
        {"device_busy_share", "all", "implausible: the device was busy for longer than the steps"});
  }
  if (const int64_t dropped = NumDroppedRecords(data); dropped > 0) {
    context->notes->push_back(
        {"device_time_per_token", "all",
         "incomplete: the profiler lost " + std::to_string(dropped) + " records"});
  }
}

}  // namespace

std::vector<MetricRecord> ComputeMetrics(const RunData& data, const MetricOptions& options,
                                         std::vector<MetricNote>* notes) {
  MetricContext context{data, options, {}, notes};
  const bool natural =
      !data.flags.contains("ignore_eos") && !data.flags.contains("synthetic_acceptance");
  for (const std::string& scope : ScopesOf(data)) {
    const Selection selection = Select(data, scope);
    if (natural) AddAcceptanceRows(scope, selection, &context);
    AddTimingRows(scope, selection, &context);
  }
  AddLoad(&context);
  AddPhases(&context);
  AddDevice(&context);
  return std::move(context.metrics);
}

const MetricRecord* FindMetric(std::span<const MetricRecord> metrics, std::string_view metric,
                               std::string_view scope) {
  for (const MetricRecord& record : metrics) {
    if (record.metric == metric && record.scope == scope) return &record;
  }
  return nullptr;
}

}  // namespace dsb
