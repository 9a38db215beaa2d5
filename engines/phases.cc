#include "engines/phases.h"

namespace dsb {

const char* PhaseName(Phase phase) {
  constexpr const char* kNames[kNumPhases] = {"prefill", "draft",  "confidence", "schedule",
                                              "verify",  "sample", "commit",     "other"};
  return kNames[static_cast<int>(phase)];
}

}  // namespace dsb
