#include "harness/device_time/event_source.h"

#include <cmath>
#include <utility>

#include "harness/machine/gpu_state.h"

#ifdef DSB_WITH_CUDA
#include <cuda_runtime_api.h>
#endif

namespace dsb {
namespace {

#ifdef DSB_WITH_CUDA
class CudaEventApi : public EventApi {
 public:
  void* Create() override {
    cudaEvent_t event = nullptr;
    return cudaEventCreate(&event) == cudaSuccess ? event : nullptr;
  }
  void Destroy(void* event) override { cudaEventDestroy(static_cast<cudaEvent_t>(event)); }
  bool Record(void* event, void* stream) override {
    return cudaEventRecord(static_cast<cudaEvent_t>(event), static_cast<cudaStream_t>(stream)) ==
           cudaSuccess;
  }
  bool IsDone(void* event) override {
    return cudaEventQuery(static_cast<cudaEvent_t>(event)) == cudaSuccess;
  }
  bool Wait(void* event) override {
    return cudaEventSynchronize(static_cast<cudaEvent_t>(event)) == cudaSuccess;
  }
  bool ElapsedMs(void* first, void* last, float* ms) override {
    return cudaEventElapsedTime(ms, static_cast<cudaEvent_t>(first),
                                static_cast<cudaEvent_t>(last)) == cudaSuccess;
  }
};
#endif

}  // namespace

std::unique_ptr<EventApi> MakeCudaEventApi() {
#ifdef DSB_WITH_CUDA
  if (ProbeGpu().state == GpuState::kReady) return std::make_unique<CudaEventApi>();
#endif
  return nullptr;
}

EventSource::~EventSource() {
  if (open_.first != nullptr) api_->Destroy(open_.first);
  for (const Pair& pair : pending_) {
    api_->Destroy(pair.first);
    api_->Destroy(pair.last);
  }
  for (void* event : free_) api_->Destroy(event);
}

void* EventSource::TakeEvent() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!free_.empty()) {
      void* const event = free_.back();
      free_.pop_back();
      return event;
    }
  }
  return api_->Create();
}

void EventSource::GiveBack(const Pair& pair) {
  for (void* event : {pair.first, pair.last}) {
    if (event != nullptr) free_.push_back(event);
  }
}

void EventSource::BeginPhase(uint64_t external_id, void* stream) {
  if (!running_) return;
  open_ = {.external_id = external_id, .first = TakeEvent(), .last = nullptr};
  if (open_.first != nullptr && api_->Record(open_.first, stream)) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  GiveBack(std::exchange(open_, {}));
  ++num_lost_;
}

void EventSource::EndPhase(uint64_t external_id, void* stream) {
  if (open_.first == nullptr || open_.external_id != external_id) return;
  Pair pair = std::exchange(open_, {});
  pair.last = TakeEvent();
  const bool recorded = pair.last != nullptr && api_->Record(pair.last, stream);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (recorded) {
    pending_.push_back(pair);
  } else {
    GiveBack(pair);
    ++num_lost_;
  }
}

ActivityBatch EventSource::Collect(bool all) {
  std::deque<Pair> taken;
  ActivityBatch batch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    taken.swap(pending_);
    batch.num_dropped = std::exchange(num_lost_, 0);
  }
  std::deque<Pair> waiting, done;
  for (const Pair& pair : taken) {
    if (all ? !api_->Wait(pair.last) : !api_->IsDone(pair.last)) {
      if (all) ++batch.num_dropped;
      (all ? done : waiting).push_back(pair);
      continue;
    }
    float ms = 0;
    if (api_->ElapsedMs(pair.first, pair.last, &ms)) {
      batch.durations.push_back({pair.external_id, std::llround(static_cast<double>(ms) * 1e6)});
    } else {
      ++batch.num_dropped;
    }
    done.push_back(pair);
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Pair& pair : done) GiveBack(pair);
  pending_.insert(pending_.begin(), waiting.begin(), waiting.end());
  return batch;
}

}  // namespace dsb
