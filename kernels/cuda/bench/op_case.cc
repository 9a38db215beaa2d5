#include "kernels/cuda/bench/op_case.h"

#include <algorithm>

#include "kernels/cuda/attention/attention.h"
#include "kernels/cuda/bench/device_data.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/markov/prepare_heads.h"
#include "kernels/cuda/rows/rms_norm.h"
#include "kernels/cuda/rows/silu_mul.h"

namespace dsb::bench {
namespace {

constexpr int64_t kFloat = 4;

struct MatrixSize {
  int64_t rows;
  int64_t cols;
};

OpCase GemmCase(const PassShape& shape, const char* op, MatrixSize size, bool allocate) {
  const int64_t bytes = DeviceMatrixSize(shape.weights, size.rows, size.cols);
  OpCase out{.op = std::string("gemm ") + op,
             .per_pass = shape.model.num_layers,
             .bytes = bytes + kFloat * shape.num_rows * (size.rows + size.cols),
             .operations = 2.0 * static_cast<double>(size.rows * size.cols * shape.num_rows),
             .tensor_cores = true,
             .matrix_rows = size.rows,
             .matrix_cols = size.cols};
  if (!allocate) return out;
  const int64_t copies = NumCopies(bytes, shape.bytes_in_turn);
  auto weights = std::make_shared<DeviceBytes>(bytes * copies);
  auto input = std::make_shared<DeviceFloats>(shape.num_rows * size.cols);
  auto output = std::make_shared<DeviceFloats>(shape.num_rows * size.rows);
  out.launch = [=](int64_t i, cuda::Stream stream) {
    cuda::Gemm({.weights = {.format = shape.weights.format,
                            .scales = shape.weights.scales,
                            .rows = size.rows,
                            .cols = size.cols,
                            .data = weights->data() + i % copies * bytes},
                .input = input->data(),
                .input_stride = size.cols,
                .output = output->data(),
                .output_stride = size.rows,
                .num_rows = shape.num_rows},
               stream);
  };
  return out;
}

OpCase NormCase(const PassShape& shape, bool allocate) {
  const int64_t size = shape.model.hidden;
  OpCase out{.op = "rms_norm",
             .per_pass = 2 * shape.model.num_layers + 1,
             .bytes = kFloat * size * (2 * shape.num_rows + 1),
             .operations = 4.0 * static_cast<double>(shape.num_rows * size)};
  if (!allocate) return out;
  auto weight = std::make_shared<DeviceFloats>(size);
  auto input = std::make_shared<DeviceFloats>(shape.num_rows * size);
  auto output = std::make_shared<DeviceFloats>(shape.num_rows * size);
  out.launch = [=](int64_t, cuda::Stream stream) {
    cuda::RmsNorm({.input = input->data(),
                   .input_stride = size,
                   .weight = weight->data(),
                   .output = output->data(),
                   .output_stride = size,
                   .num_rows = shape.num_rows,
                   .size = size,
                   .epsilon = 1e-5f},
                  stream);
  };
  return out;
}

OpCase SiluMulCase(const PassShape& shape, bool allocate) {
  const int64_t size = shape.model.mlp;
  OpCase out{.op = "silu_mul",
             .per_pass = shape.model.num_layers,
             .bytes = kFloat * 3 * shape.num_rows * size,
             .operations = 5.0 * static_cast<double>(shape.num_rows * size)};
  if (!allocate) return out;
  auto input = std::make_shared<DeviceFloats>(2 * shape.num_rows * size);
  auto output = std::make_shared<DeviceFloats>(shape.num_rows * size);
  out.launch = [=](int64_t, cuda::Stream stream) {
    cuda::SiluMul({.gate_up = input->data(),
                   .input_stride = 2 * size,
                   .output = output->data(),
                   .output_stride = size,
                   .num_rows = shape.num_rows,
                   .size = size},
                  stream);
  };
  return out;
}

// A cache for each of several layers and the rows of one request behind its context.
struct AttentionData {
  explicit AttentionData(const PassShape& shape)
      : capacity((shape.context_tokens + shape.num_rows + 31) / 32 * 32),
        plane(cuda::KvPlaneFloats(1, shape.model.num_kv_heads, capacity, shape.model.head_dim)),
        copies(NumCopies(2 * kFloat * plane, shape.bytes_in_turn)),
        keys(plane * copies),
        values(plane * copies),
        qkv(shape.num_rows * width(shape)),
        output(shape.num_rows * shape.model.num_heads * shape.model.head_dim),
        table(capacity * shape.model.head_dim),
        workspace(std::max<int64_t>(
            1, cuda::AttentionWorkspaceFloats(shape.num_rows, shape.model.num_heads,
                                              shape.model.head_dim, capacity))),
        info(RowsBehind(shape.context_tokens, shape.num_rows)) {}
  static int64_t width(const PassShape& shape) {
    return (shape.model.num_heads + 2 * shape.model.num_kv_heads) * shape.model.head_dim;
  }
  cuda::KvCache cache(const PassShape& shape, int64_t i) {
    return {.keys = keys.data() + i % copies * plane,
            .values = values.data() + i % copies * plane,
            .capacity = capacity,
            .num_kv_heads = shape.model.num_kv_heads,
            .head_dim = shape.model.head_dim,
            .num_slots = 1};
  }

  int64_t capacity;
  int64_t plane;
  int64_t copies;
  DeviceFloats keys, values, qkv, output, table, workspace;
  cuda::DeviceBuffer<cuda::RowInfo> info;
};

OpCase PrepareHeadsCase(const PassShape& shape, const std::shared_ptr<AttentionData>& data) {
  const int64_t width = AttentionData::width(shape);
  OpCase out{.op = "prepare_heads",
             .per_pass = shape.model.num_layers,
             .bytes = kFloat * shape.num_rows * (2 * width + shape.model.head_dim),
             .operations = 6.0 * static_cast<double>(shape.num_rows * width)};
  if (data == nullptr) return out;
  out.launch = [=](int64_t i, cuda::Stream stream) {
    cuda::PrepareHeads({.rows = data->qkv.data(),
                        .stride = width,
                        .info = data->info.data(),
                        .num_rows = shape.num_rows,
                        .num_heads = shape.model.num_heads,
                        .cache = data->cache(shape, i),
                        .table = data->table.data()},
                       stream);
  };
  return out;
}

OpCase AttentionCase(const PassShape& shape, const std::shared_ptr<AttentionData>& data) {
  const ModelShape& model = shape.model;
  const int64_t keys = shape.context_tokens + shape.num_rows;
  const int64_t heads_width = model.num_heads * model.head_dim;
  OpCase out{.op = "attention",
             .per_pass = model.num_layers,
             .num_launches = cuda::AttentionWorkspaceFloats(shape.num_rows, model.num_heads,
                                                            model.head_dim, keys) > 0
                                 ? 2  // splits, then their merge
                                 : 1,
             .bytes = kFloat * (2 * keys * model.num_kv_heads * model.head_dim +
                                2 * shape.num_rows * heads_width),
             .operations = 4.0 * static_cast<double>(shape.num_rows * heads_width) *
                           (static_cast<double>(shape.context_tokens) +
                            0.5 * static_cast<double>(shape.num_rows + 1))};
  if (data == nullptr) return out;
  out.launch = [=](int64_t i, cuda::Stream stream) {
    cuda::Attention({.queries = data->qkv.data(),
                     .query_stride = AttentionData::width(shape),
                     .output = data->output.data(),
                     .output_stride = heads_width,
                     .cache = data->cache(shape, i),
                     .info = data->info.data(),
                     .num_rows = shape.num_rows,
                     .num_heads = shape.model.num_heads,
                     .scale = 0.125f,
                     .workspace = data->workspace.data()},
                    stream);
  };
  return out;
}

}  // namespace

const std::vector<ModelShape>& ModelShapes() {
  static const std::vector<ModelShape> shapes{
      {"SmolLM2-135M", 30, 576, 1536, 9, 3, 64, 49152},
      {"Qwen3-4B", 36, 2560, 9728, 32, 8, 128, 151936},
  };
  return shapes;
}

const std::vector<WeightType>& WeightTypes() {
  using Scales = PackedMatrix::Scales;
  static const std::vector<WeightType> types{
      {"bf16", PackedFormat::kBf16, Scales::kNone},
      {"Q8_0", PackedFormat::kQ8, Scales::kF16},
      {"Q4_1", PackedFormat::kQ4, Scales::kF16Min},
  };
  return types;
}

std::vector<OpCase> PassOps(const PassShape& shape, bool allocate) {
  const ModelShape& model = shape.model;
  const int64_t heads_width = model.num_heads * model.head_dim;
  const auto data = allocate ? std::make_shared<AttentionData>(shape) : nullptr;
  OpCase head = GemmCase(shape, "head", {model.vocab, model.hidden}, allocate);
  head.per_pass = 1;
  return {NormCase(shape, allocate),
          GemmCase(shape, "qkv", {AttentionData::width(shape), model.hidden}, allocate),
          PrepareHeadsCase(shape, data),
          AttentionCase(shape, data),
          GemmCase(shape, "o", {model.hidden, heads_width}, allocate),
          GemmCase(shape, "gate_up", {2 * model.mlp, model.hidden}, allocate),
          SiluMulCase(shape, allocate),
          GemmCase(shape, "down", {model.hidden, model.mlp}, allocate),
          head};
}

}  // namespace dsb::bench
