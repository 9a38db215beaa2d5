// How many drafts of each request the target verifies, and the rows of that target pass, decided on
// the device: nothing on the host waits for confidences or tokens. Twin of
// engines/scheduling/admission.h, length for length.
//   kBudget is verification.md 6: all (request, position) in the order (-a, j, r) of their current
//   survival a = c_1 ... c_j; the first `budget` are admitted. The budget is the caller's, from
//   earlier rounds only. Survival in double, as the CPU's; selection by radix, exact.
#pragma once

#include <cstdint>

#include "kernels/admission_kind.h"
#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/row_info.h"
#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct AdmissionParams {
  AdmissionKind kind = AdmissionKind::kFixed;  // up to kBudget
  double threshold = 0;                        // kThreshold: up to the first confidence below it
  const int32_t* budget = nullptr;             // kBudget: one device number >= 0
  DraftRows drafts = {};                       // tokens, num_drafted
  const RoundRequest* requests = nullptr;
  const float* confidence = nullptr;  // [requests, block]; kThreshold, kBudget
  int32_t* lengths = nullptr;         // out [requests]
  // The target pass: request after request, anchor then admitted drafts. Padding slots have no
  // rows. num_rows (the graph's size) must hold them all; the rest becomes padding rows.
  int32_t num_rows = 0;
  int32_t* first_rows = nullptr;  // out [requests]
  int32_t* tokens = nullptr;      // out [num_rows]
  RowInfo* rows = nullptr;        // out [num_rows]
};
// One launch of one thread block.
void AdmitDrafts(const AdmissionParams& params, Stream stream);

}  // namespace dsb::cuda
