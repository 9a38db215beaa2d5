// A device that runs one kernel and one copy for each phase, told in two batches: names after
// activities, as a profiler's buffers may come.
#pragma once

#include <mutex>
#include <utility>

#include "harness/device_time/device_time_source.h"

namespace dsb {

class FakeSource : public DeviceTimeSource {
 public:
  static constexpr int64_t kKernelNs = 300, kCopyNs = 100, kBusyNs = 350;  // they overlap by 50

  const char* Name() const override { return "cupti"; }
  bool KnowsKernels() const override { return true; }
  void Start() override { running = true; }
  void Stop() override { running = false; }
  void BeginPhase(uint64_t external_id, void* /*stream*/) override { open = external_id; }
  void EndPhase(uint64_t external_id, void* /*stream*/) override {
    if (!running) ++num_outside;
    if (open != external_id) ++num_unpaired;
    open = 0;
    const std::lock_guard<std::mutex> lock(mutex);
    const uint32_t id = ++last_id;
    const int64_t start_ns = 1'000 * id;
    now.activities.push_back({.name = "kernel",
                              .start_ns = start_ns,
                              .end_ns = start_ns + kKernelNs,
                              .correlation_id = id,
                              .is_kernel = true});
    now.activities.push_back({.name = "[memcpy HtoD]",
                              .start_ns = start_ns + kKernelNs - 50,
                              .end_ns = start_ns + kKernelNs - 50 + kCopyNs,
                              .bytes = 64,
                              .correlation_id = id});
    later.ids.push_back({id, external_id});
  }
  ActivityBatch Collect(bool all) override {
    const std::lock_guard<std::mutex> lock(mutex);
    ActivityBatch batch = std::move(now);
    now = std::move(later);
    later = {};
    if (all) {
      for (DeviceActivity& activity : now.activities) batch.activities.push_back(activity);
      batch.ids.insert(batch.ids.end(), now.ids.begin(), now.ids.end());
      now = {};
    }
    batch.num_dropped = std::exchange(num_dropped, 0);
    return batch;
  }
  int64_t OffsetNs(int64_t /*now_ns*/) const override { return offset_ns; }

  bool running = false;
  uint64_t open = 0;
  int num_outside = 0, num_unpaired = 0;
  int64_t offset_ns = 0;
  std::mutex mutex;
  ActivityBatch now, later;
  uint32_t last_id = 0;
  int64_t num_dropped = 0;
};

}  // namespace dsb
