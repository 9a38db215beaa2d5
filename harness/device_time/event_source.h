// Device times from events at the phases' ends on their stream: how long each phase kept its
// stream, gaps between its kernels included. Used where CUPTI is not available.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "harness/device_time/device_time_source.h"

namespace dsb {

// What we need of cudaEvent_t, so that the source can be tested without a device. Any thread.
class EventApi {
 public:
  virtual ~EventApi() = default;
  virtual void* Create() = 0;  // null if it fails
  virtual void Destroy(void* event) = 0;
  virtual bool Record(void* event, void* stream) = 0;
  virtual bool IsDone(void* event) = 0;
  virtual bool Wait(void* event) = 0;
  virtual bool ElapsedMs(void* first, void* last, float* ms) = 0;
};

// Null without a GPU that is ready.
std::unique_ptr<EventApi> MakeCudaEventApi();

class EventSource : public DeviceTimeSource {
 public:
  explicit EventSource(std::unique_ptr<EventApi> api) : api_(std::move(api)) {}
  ~EventSource() override;

  const char* Name() const override { return "cuda_event"; }
  bool KnowsKernels() const override { return false; }
  void Start() override { running_ = true; }
  void Stop() override { running_ = false; }
  void BeginPhase(uint64_t external_id, void* stream) override;
  void EndPhase(uint64_t external_id, void* stream) override;
  ActivityBatch Collect(bool all) override;
  int64_t OffsetNs(int64_t /*now_ns*/) const override { return 0; }

 private:
  struct Pair {
    uint64_t external_id = 0;
    void* first = nullptr;
    void* last = nullptr;
  };
  void* TakeEvent();
  void GiveBack(const Pair& pair);  // with the mutex held

  const std::unique_ptr<EventApi> api_;
  bool running_ = false;  // the stepping thread's
  Pair open_;             // the stepping thread's

  std::mutex mutex_;  // guards all below
  std::deque<Pair> pending_;
  std::vector<void*> free_;
  int64_t num_lost_ = 0;
};

}  // namespace dsb
