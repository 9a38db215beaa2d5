// The device ops of one pass of a model, each as a launch with the bytes it must move and the
// operations it must do. For gpu_roofline: what a kernel took against what the card allows.
// Bytes are the least possible: every weight, input and output once. Operations count a multiply
// and an add as two.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cuda/common/stream.h"
#include "kernels/packed_matrix.h"

namespace dsb::bench {

// A decoder's sizes.
struct ModelShape {
  std::string name;
  int64_t num_layers = 0;
  int64_t hidden = 0;
  int64_t mlp = 0;
  int64_t num_heads = 0;
  int64_t num_kv_heads = 0;
  int64_t head_dim = 0;
  int64_t vocab = 0;
};
const std::vector<ModelShape>& ModelShapes();

// Weights as stored.
struct WeightType {
  std::string name;
  PackedFormat format = PackedFormat::kBf16;
  PackedMatrix::Scales scales = PackedMatrix::Scales::kNone;
};
const std::vector<WeightType>& WeightTypes();

struct OpCase {
  std::string op;
  int64_t per_pass = 0;      // calls in one pass of the model
  int64_t num_launches = 1;  // of one call
  int64_t bytes = 0;         // of one call
  double operations = 0;
  bool tensor_cores = false;
  int64_t matrix_rows = 0, matrix_cols = 0;  // of a GEMM's weights
  // Enqueues call number i: other weights and caches each time, so that none stays in a cache
  // that a pass would not find it in. Empty where only counts were asked for.
  std::function<void(int64_t i, cuda::Stream stream)> launch = nullptr;
};

struct PassShape {
  ModelShape model;
  WeightType weights;
  int64_t num_rows = 0;        // tokens of the pass, all of one request
  int64_t context_tokens = 0;  // before them
  // Matrices and caches are used in turn until so much was read: five times the 50 MB cache of an
  // H100.
  int64_t bytes_in_turn = int64_t{256} << 20;
};

// With `allocate`, the launches hold device memory of their own.
std::vector<OpCase> PassOps(const PassShape& shape, bool allocate);

}  // namespace dsb::bench
