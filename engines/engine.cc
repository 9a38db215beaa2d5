#include "engines/engine.h"

#include "base/error.h"

namespace dsb {

const char* EndReasonName(EndReason reason) {
  switch (reason) {
    case EndReason::kNone:
      return "none";
    case EndReason::kStop:
      return "stop";
    case EndReason::kLength:
      return "length";
    case EndReason::kCancelled:
      return "cancelled";
    case EndReason::kError:
      return "error";
  }
  DSB_CHECK(false);
  return "";
}

const char* PhaseName(Phase phase) {
  constexpr const char* kNames[kNumPhases] = {"prefill", "draft",  "confidence", "schedule",
                                              "verify",  "sample", "commit",     "other"};
  return kNames[static_cast<int>(phase)];
}

}  // namespace dsb
