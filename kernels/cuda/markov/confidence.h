// DSpark's confidence head over a drafted block (drafters.md 1.5, paper eq. 7):
// c_k = sigmoid(w [h_k ; W1[x_{k-1}]] + b), a function of the tokens before x_k. Sums in double.
#pragma once

#include <cstdint>

#include "kernels/cuda/common/round_request.h"
#include "kernels/cuda/common/stream.h"
#include "kernels/cuda/markov/head_matrix.h"

namespace dsb::cuda {

struct ConfidenceParams {
  DraftRows drafts = {};  // tokens and num_drafted of the block
  const RoundRequest* requests = nullptr;
  const float* hidden = nullptr;  // h_k at row r * block + k
  int64_t hidden_stride = 0;
  int32_t hidden_size = 0;
  RowMatrix w1 = {};               // [vocab, rank]; data null: the head reads h alone
  const float* weights = nullptr;  // [hidden_size (+ rank)]
  float bias = 0;
  float* confidence = nullptr;  // out [requests, block]; untouched from num_drafted on
};
// One launch.
void Confidence(const ConfidenceParams& params, Stream stream);

}  // namespace dsb::cuda
