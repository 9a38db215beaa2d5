#include "engines/step_result.h"

namespace dsb {

const char* EndReasonName(EndReason reason) {
  constexpr const char* kNames[] = {"none", "stop", "length", "cancelled", "timeout", "error"};
  return kNames[static_cast<int>(reason)];
}

}  // namespace dsb
