#include "harness/device_time/cupti_source.h"

#ifdef DSB_WITH_CUPTI
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "harness/device_time/cupti_api.h"
#include "harness/device_time/kernel_totals.h"
#include "harness/machine/gpu_state.h"
#endif

namespace dsb {

#ifdef DSB_WITH_CUPTI
namespace {

constexpr size_t kBufferBytes = size_t{8} << 20;  // measurement.md 5
constexpr size_t kBufferAlignment = 64;

#if CUDA_VERSION >= 13000
using KernelRecord = CUpti_ActivityKernel10;
#else
using KernelRecord = CUpti_ActivityKernel9;
#endif

constexpr CUpti_ActivityKind kKinds[] = {CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION,
                                         CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
                                         CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET};

const char* CopyName(uint8_t kind) {
  switch (kind) {
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOD:
      return "[memcpy HtoD]";
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOH:
      return "[memcpy DtoH]";
    case CUPTI_ACTIVITY_MEMCPY_KIND_DTOD:
      return "[memcpy DtoD]";
    case CUPTI_ACTIVITY_MEMCPY_KIND_HTOH:
      return "[memcpy HtoH]";
    default:
      return "[memcpy]";
  }
}

class CuptiSource : public DeviceTimeSource {
 public:
  explicit CuptiSource(std::unique_ptr<CuptiApi> api) : api_(std::move(api)) {}
  ~CuptiSource() override {
    Stop();
    api_->flush_all(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
    Current() = nullptr;
    for (uint8_t* buffer : free_buffers_) std::free(buffer);
  }

  // Empty if CUPTI works here.
  std::string TryToStart() {
    Current() = this;
    CUptiResult result = api_->register_callbacks(&BufferRequested, &BufferCompleted);
    if (result == CUPTI_SUCCESS) result = Enable();
    Stop();
    if (result == CUPTI_SUCCESS) return {};
    const char* text = nullptr;
    api_->get_result_string(result, &text);
    return std::string(text == nullptr ? "error" : text) + " (" +
           std::to_string(static_cast<int>(result)) + ')';
  }

  const char* Name() const override { return "cupti"; }
  bool KnowsKernels() const override { return true; }
  void Start() override { Enable(); }
  void Stop() override {
    for (const CUpti_ActivityKind kind : kKinds) api_->disable(kind);
    if (with_calls_) api_->disable(CUPTI_ACTIVITY_KIND_RUNTIME);
  }
  void BeginPhase(uint64_t external_id, void* /*stream*/) override {
    api_->push_id(CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, external_id);
  }
  void EndPhase(uint64_t /*external_id*/, void* /*stream*/) override {
    uint64_t popped = 0;
    api_->pop_id(CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, &popped);
  }
  ActivityBatch Collect(bool all) override {
    api_->flush_all(all ? CUPTI_ACTIVITY_FLAG_FLUSH_FORCED : 0);
    ActivityBatch batch;
    bool lacks_ids = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      batch = std::exchange(batch_, {});
      lacks_ids = saw_kernels_ && !saw_ids_;
    }
    // Some versions name the phase of a launch only beside its record of the host call. Outside of
    // the lock: CUPTI may call us back.
    if (lacks_ids && !with_calls_) {
      with_calls_ = api_->enable(CUPTI_ACTIVITY_KIND_RUNTIME) == CUPTI_SUCCESS;
    }
    return batch;
  }
  int64_t OffsetNs(int64_t now_ns) const override {
    uint64_t timestamp_ns = 0;
    if (api_->get_timestamp(&timestamp_ns) != CUPTI_SUCCESS) return 0;
    return static_cast<int64_t>(timestamp_ns) - now_ns;
  }

 private:
  // CUPTI's callbacks carry no context.
  static std::atomic<CuptiSource*>& Current() {
    static std::atomic<CuptiSource*> current;
    return current;
  }

  CUptiResult Enable() {
    for (const CUpti_ActivityKind kind : kKinds) {
      const CUptiResult result = api_->enable(kind);
      if (result != CUPTI_SUCCESS) return result;
    }
    if (with_calls_) api_->enable(CUPTI_ACTIVITY_KIND_RUNTIME);
    return CUPTI_SUCCESS;
  }

  static void CUPTIAPI BufferRequested(uint8_t** buffer, size_t* size, size_t* max_records) {
    CuptiSource* const source = Current();
    *buffer = source == nullptr ? nullptr : source->TakeBuffer();
    *size = *buffer == nullptr ? 0 : kBufferBytes;  // nothing: CUPTI drops and counts
    *max_records = 0;
  }
  static void CUPTIAPI BufferCompleted(CUcontext context, uint32_t stream, uint8_t* buffer,
                                       size_t /*size*/, size_t valid_size) {
    CuptiSource* const source = Current();
    if (source == nullptr) {
      std::free(buffer);
    } else {
      source->ReadBuffer(context, stream, buffer, valid_size);
    }
  }

  uint8_t* TakeBuffer() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_buffers_.empty()) {
      return static_cast<uint8_t*>(std::aligned_alloc(kBufferAlignment, kBufferBytes));
    }
    uint8_t* const buffer = free_buffers_.back();
    free_buffers_.pop_back();
    return buffer;
  }

  void ReadBuffer(CUcontext context, uint32_t stream, uint8_t* buffer, size_t valid_size) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    CUpti_Activity* record = nullptr;
    while (valid_size > 0 && api_->next_record(buffer, valid_size, &record) == CUPTI_SUCCESS) {
      Read(*record);
    }
    size_t dropped = 0;
    if (api_->num_dropped(context, stream, &dropped) == CUPTI_SUCCESS) {
      batch_.num_dropped += static_cast<int64_t>(dropped);
    }
    free_buffers_.push_back(buffer);
  }

  void Read(const CUpti_Activity& record) {
    const void* const bytes = &record;
    switch (record.kind) {
      case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION: {
        const auto& id = *static_cast<const CUpti_ActivityExternalCorrelation*>(bytes);
        if (id.externalKind != CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0) return;
        saw_ids_ = true;
        batch_.ids.push_back({id.correlationId, id.externalId});
        return;
      }
      case CUPTI_ACTIVITY_KIND_KERNEL:
      case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL: {
        const auto& kernel = *static_cast<const KernelRecord*>(bytes);
        saw_kernels_ = true;
        Add(kernel, NameOf(kernel.name), 0, true);
        return;
      }
      case CUPTI_ACTIVITY_KIND_MEMCPY: {
        const auto& copy = *static_cast<const CUpti_ActivityMemcpy6*>(bytes);
        Add(copy, CopyName(copy.copyKind), static_cast<int64_t>(copy.bytes), false);
        return;
      }
      case CUPTI_ACTIVITY_KIND_MEMSET: {
        const auto& fill = *static_cast<const CUpti_ActivityMemset4*>(bytes);
        Add(fill, "[memset]", static_cast<int64_t>(fill.bytes), false);
        return;
      }
      default:
        return;  // host calls
    }
  }

  template <typename Record>
  void Add(const Record& record, const std::string& name, int64_t bytes, bool is_kernel) {
    batch_.activities.push_back({.name = name,
                                 .start_ns = static_cast<int64_t>(record.start),
                                 .end_ns = static_cast<int64_t>(record.end),
                                 .bytes = bytes,
                                 .correlation_id = record.correlationId,
                                 .device = record.deviceId,
                                 .stream = record.streamId,
                                 .is_kernel = is_kernel});
  }

  // CUPTI shares one string between all records of a kernel.
  const std::string& NameOf(const char* mangled) {
    auto [place, is_new] = names_.try_emplace(mangled);
    if (is_new) place->second = KernelName(mangled);
    return place->second;
  }

  const std::unique_ptr<CuptiApi> api_;
  std::mutex mutex_;  // guards all below
  ActivityBatch batch_;
  std::vector<uint8_t*> free_buffers_;
  std::unordered_map<const char*, std::string> names_;
  bool saw_kernels_ = false, saw_ids_ = false;
  std::atomic<bool> with_calls_ = false;
};

}  // namespace

CuptiOpening OpenCupti() {
  CuptiOpening opening;
  if (ProbeGpu().state != GpuState::kReady) {
    opening.why_not = GpuStateText(ProbeGpu().state);
    return opening;
  }
  std::unique_ptr<CuptiApi> api = CuptiApi::Open(&opening.why_not);
  if (api == nullptr) return opening;
  uint32_t version = 0;
  if (api->get_version(&version) == CUPTI_SUCCESS) opening.version = static_cast<int>(version);
  auto source = std::make_unique<CuptiSource>(std::move(api));
  opening.why_not = source->TryToStart();
  if (opening.why_not.empty()) opening.source = std::move(source);
  return opening;
}

#else

CuptiOpening OpenCupti() {
  CuptiOpening opening;
  opening.why_not = "built without it";
  return opening;
}

#endif

}  // namespace dsb
