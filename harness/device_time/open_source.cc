#include "harness/device_time/open_source.h"

#include <utility>

#include "base/error.h"
#include "harness/device_time/cupti_source.h"
#include "harness/device_time/event_source.h"

namespace dsb {

OpenedSource OpenDeviceTimeSource(const std::string& wanted) {
  OpenedSource opened;
  if (wanted != "cuda_event") {
    CuptiOpening cupti = OpenCupti();
    if (cupti.source != nullptr) {
      opened.source = std::move(cupti.source);
      return opened;
    }
    if (wanted == "cupti") {
      ThrowResource("--device-time-source cupti: not available: " + cupti.why_not);
    }
    opened.note = "CUPTI is not available: " + cupti.why_not;
  }
  if (std::unique_ptr<EventApi> events = MakeCudaEventApi(); events != nullptr) {
    opened.source = std::make_unique<EventSource>(std::move(events));
    if (!opened.note.empty()) opened.note += "; device times come from events, without kernels";
  } else if (wanted == "cuda_event") {
    ThrowResource("--device-time-source cuda_event: not available: no GPU is ready");
  }
  return opened;
}

}  // namespace dsb
