#include "harness/device_time/nvtx_ranges.h"

#ifdef DSB_WITH_CUDA
#include <nvtx3/nvToolsExt.h>
#endif

namespace dsb {

#ifdef DSB_WITH_CUDA
namespace {

// Strings are registered once: a push then costs a pointer, not a copy.
struct Ranges {
  Ranges() : domain(nvtxDomainCreateA("dsbench")) {
    for (int i = 0; i < kNumPhases; ++i) {
      nvtxEventAttributes_t& event = events[i];
      event = {};
      event.version = NVTX_VERSION;
      event.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
      event.messageType = NVTX_MESSAGE_TYPE_REGISTERED;
      event.message.registered =
          nvtxDomainRegisterStringA(domain, PhaseName(static_cast<Phase>(i)));
    }
  }
  nvtxDomainHandle_t domain;
  nvtxEventAttributes_t events[kNumPhases];
};

const Ranges& AllRanges() {
  static const Ranges ranges;
  return ranges;
}

}  // namespace

void PushNvtxPhase(Phase phase) {
  const Ranges& ranges = AllRanges();
  nvtxDomainRangePushEx(ranges.domain, &ranges.events[static_cast<int>(phase)]);
}

void PopNvtxPhase() { nvtxDomainRangePop(AllRanges().domain); }

bool HasNvtx() { return true; }

#else

void PushNvtxPhase(Phase /*phase*/) {}
void PopNvtxPhase() {}
bool HasNvtx() { return false; }

#endif

}  // namespace dsb
