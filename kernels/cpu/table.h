// The functions that kernels/cpu compiles once per instruction set, as one table of pointers per
// Isa, and the plain structs that they take. Not for callers of the ops: those include
// kernels/NAME.h. Only plain data here: a function that is inline in a header must not be compiled
// for one instruction set and linked for another.
#pragma once

#include <cstdint>

namespace dsb::cpu {

// What one block of 32 input columns of one row becomes for kQ4 and kQ8. x[i] ~ scale * quants[i].
struct QuantizedBlock {
  int8_t quants[32];  // round to nearest even of x * (127 / max|x|)
  float scale;        // max|x| / 127; 0 for a block below 2^-100
  float scaled_sum;   // scale * sum(quants)
  int32_t dot_start;  // -zero_point * sum(quants)
  int32_t unused;
};

// Converts up to tile_rows input rows into one tile, interleaved: element e of row t at [e *
// num_rows + t]. kQ4, kQ8: e = block (QuantizedBlock); kBf16 with wants_bf16: e = pair of columns
// (2 x bf16); else e = column (float).
struct ConvertTask {
  const float* input;
  int64_t input_stride;
  int64_t num_rows;
  int64_t cols;
  int32_t zero_point;
  void* tile;
};

// Some consecutive panels of W times all converted tiles.
struct GemmTask {
  const uint8_t* panels;
  int64_t panel_bytes;
  int64_t num_panels;
  int64_t valid_outputs;  // rows of W from the first panel on; the last panel may be partly padding
  int64_t steps;          // blocks, pairs or columns of one row
  const uint8_t* tiles;   // tile i holds rows i * tile_rows ..
  int64_t tile_bytes;
  float* output;  // of the first panel's first row
  int64_t output_stride;
  int64_t num_rows;
  bool accumulate;
};

// Queries that read the keys of one kv head of one sequence.
struct AttentionTask {
  const float* keys;    // this head's blocks of 16 positions
  const float* values;  // this head's rows
  int64_t head_dim;
  const float* const* queries;  // [num_queries] of [head_dim]
  float* const* outputs;        // [num_queries] of [head_dim]
  const int64_t* visible;       // [num_queries] number of visible keys, >= 1, not decreasing
  int64_t num_queries;          // at most kMaxQueries
  float scale;
  float* scores;  // [num_queries, score_stride]
  int64_t score_stride;
};
constexpr int64_t kMaxQueries = 8;

enum class GemmKind : int {
  kF32,
  kBf16,
  kQ4F16,
  kQ4F16Min,
  kQ4F32Min,
  kQ8F16,
  kQ8F16Min,
  kCount,
};

struct GemmKernel {
  void (*multiply)(const GemmTask& task);
  int64_t tile_rows;  // input rows that share what is unpacked of a panel
};

struct KernelTable {
  bool wants_bf16;  // kBf16 takes bf16 pairs, not floats
  void (*convert_quantized)(const ConvertTask& task);
  void (*convert_bf16)(const ConvertTask& task);
  void (*convert_float)(const ConvertTask& task);
  GemmKernel gemm[static_cast<int>(GemmKind::kCount)];
  void (*attention)(const AttentionTask& task);
  void (*rms_norm)(const float* x, const float* weight, int64_t size, float epsilon, float* out);
  void (*silu_mul)(const float* gate, const float* up, int64_t size, float* out);
  // Rotates one head in place.
  void (*rope)(float* x, const float* cosines, const float* sines, int64_t half);
  int64_t (*arg_max)(const float* row, int64_t size);
  bool (*all_finite)(const float* row, int64_t size);
  double (*softmax_weights)(const float* logits, float inverse_temperature, int64_t size,
                            float* weights);
  // Sum in double of the entries, 16 interleaved partial sums.
  double (*sum)(const float* row, int64_t size);
  double (*residual)(const float* p, double p_scale, const float* q, double q_scale, int64_t size,
                     float* out);
};

const KernelTable* PortableTable();
const KernelTable* Avx2Table();
const KernelTable* Avx512Table();
const KernelTable* Avx512VnniTable();
const KernelTable* Avx512Bf16Table();
const KernelTable* Avx512AmxTable();

// The table of ActiveIsa().
const KernelTable& ActiveTable();

}  // namespace dsb::cpu
