// How a round's drafts are admitted to the target pass: one enum for engines/scheduling/admission.h
// and for kernels/cuda/sampling/admission.h, which has the kinds up to kBudget.
#pragma once

#include <cstdint>

namespace dsb {

enum class AdmissionKind : int32_t {
  kNone,          // no draft
  kFixed,         // every draft
  kThreshold,     // a request's drafts up to the first confidence below a threshold
  kBudget,        // the first so many of all requests' drafts by survival
  kAlgorithm1,    // by survival, while the expected tokens per second grow
  kGlobalArgmax,  // by survival, to where they are highest: NOT lossless
};

}  // namespace dsb
