// What the device did per delivered token and step (measurement.md 5). Of a GPU: kernel time, busy
// and idle share. Of the CPU, where the threads are the device: their CPU time, in the same places.
// Which of them a number is says the run's device_time_source; runs of two sources are never
// summed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/checked_run.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

struct PhaseDeviceTotal {
  std::string phase;
  int64_t device_ns = 0;  // kernels, else (events) busy time, else (CPU) thread CPU time
};

struct DeviceSummary {
  std::string source;  // cupti, cuda_event, cpu_thread
  int64_t num_steps = 0;
  int64_t num_tokens = 0;  // delivered
  int64_t step_wall_ns = 0;
  int64_t busy_ns = 0;                   // union per step; CPU: thread CPU time / threads
  std::optional<int64_t> kernel_ns;      // sum of kernel durations, cupti only
  std::vector<PhaseDeviceTotal> phases;  // in the order of measurement.md 5
  int64_t device_ns() const;             // of all phases
};

// Over the measured steps. Empty if the source is none or model, if steps are incomplete, or if a
// step lacks its times.
std::optional<DeviceSummary> SummariseDevice(const CheckedRun& run);

// Device time per delivered token with its interval by prompt: a step's time is shared equally by
// the requests that were in flight. ns/token.
Estimate DeviceTimePerToken(const CheckedRun& run, const BootstrapOptions& options);

// Records that the profiler lost: the tables of kernels are incomplete.
int64_t NumDroppedRecords(const CheckedRun& run);

}  // namespace dsb
