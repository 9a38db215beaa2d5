#include <algorithm>

#include "base/counted.h"
#include "results/metrics/device.h"
#include "results/metrics/load.h"
#include "results/metrics/phases.h"
#include "results/metrics/rows.h"

namespace dsb {

void AddLoadRows(MetricContext* context) {
  const std::optional<LoadSummary> load = SummariseLoad(context->run);
  if (!load) return;
  const double seconds = AsDouble(load->window_ns) * 1e-9;
  context->AddPlain(AsDouble(load->tokens) / seconds, load->requests, "output_tokens_per_s", "all");
  context->AddPlain(AsDouble(load->requests) / seconds, load->requests, "requests_per_s", "all");
  context->AddPlain(AsDouble(load->in_flight_ns) / AsDouble(load->window_ns), load->requests,
                    "mean_concurrency", "all");
  context->AddPlain(AsDouble(load->in_decode_ns) / AsDouble(load->window_ns), load->requests,
                    "mean_decode_concurrency", "all");
}

void AddPhaseRows(MetricContext* context) {
  const std::optional<PhaseSummary> summary = SummarisePhases(context->run);
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
  if (summary->phases_wall_ns() > summary->step_wall_ns) {
    context->Note("phase_wall", "implausible: the phases' wall time exceeds the steps'");
  }
}

void AddDeviceRows(MetricContext* context) {
  const RunData& data = context->data;
  const std::optional<DeviceSummary> summary = SummariseDevice(context->run);
  if (!summary) return;
  const int64_t n = summary->num_steps;
  const double tokens = AsDouble(summary->num_tokens), device_ns = AsDouble(summary->device_ns());
  const double busy_ns = AsDouble(summary->busy_ns), wall_ns = AsDouble(summary->step_wall_ns);
  context->Add(DeviceTimePerToken(context->run, context->options.bootstrap),
               "device_time_per_token", "all");
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
  if (summary->busy_ns > summary->step_wall_ns) {
    context->Note("device_busy_share",
                  "implausible: the device was busy for longer than the steps");
  }
  if (const int64_t dropped = NumDroppedRecords(context->run); dropped > 0) {
    context->Note("device_time_per_token",
                  "incomplete: the profiler lost " + Counted(dropped, "record"));
  }
}

}  // namespace dsb
