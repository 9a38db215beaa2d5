#include "kernels/gemm.h"

#include <algorithm>

#include "base/error.h"
#include "kernels/cpu/table.h"
#include "kernels/packed_layout.h"

namespace dsb {
namespace {

using cpu::GemmKind;

GemmKind KindOf(const PackedMatrix& weights) {
  using Scales = PackedMatrix::Scales;
  switch (weights.format()) {
    case PackedFormat::kF32:
      return GemmKind::kF32;
    case PackedFormat::kBf16:
      return GemmKind::kBf16;
    case PackedFormat::kQ4:
      if (weights.scales() == Scales::kF16) return GemmKind::kQ4F16;
      return weights.scales() == Scales::kF16Min ? GemmKind::kQ4F16Min : GemmKind::kQ4F32Min;
    case PackedFormat::kQ8:
      return weights.scales() == Scales::kF16 ? GemmKind::kQ8F16 : GemmKind::kQ8F16Min;
  }
  CheckFailed("format is an enumerator", __FILE__, __LINE__);
}

struct Conversion {
  void (*convert)(const cpu::ConvertTask& task) = nullptr;
  int64_t row_bytes = 0;  // of one converted row
};

Conversion ConversionOf(const PackedMatrix& weights, const cpu::KernelTable& table) {
  const int64_t steps = PackedSteps(weights.format(), weights.cols());
  if (IsQuantized(weights.format())) {
    return {table.convert_quantized, steps * static_cast<int64_t>(sizeof(cpu::QuantizedBlock))};
  }
  if (weights.format() == PackedFormat::kF32) return {table.convert_float, steps * 4};
  return table.wants_bf16 ? Conversion{table.convert_bf16, steps * 4}
                          : Conversion{table.convert_float, steps * 8};
}

// How the panels are cut into chunks. Chunk i of n threads lies in the (i mod n)-th part of the
// matrix, so that a thread that takes every n-th chunk reads one long stream, whose prefetches it
// uses itself.
struct Chunks {
  Chunks(const PackedMatrix& weights, int num_threads)
      : num_panels(weights.num_panels()), num_parts(num_threads) {
    constexpr int64_t kChunkBytes = 48 << 10;
    const int64_t by_bytes = std::max<int64_t>(1, kChunkBytes / weights.panel_bytes());
    part_panels = (num_panels + num_parts - 1) / num_parts;
    const int64_t by_count = std::max<int64_t>(1, part_panels / 8);
    chunk_panels = num_parts == 1 ? num_panels : std::min(by_bytes, by_count);
    part_chunks = (part_panels + chunk_panels - 1) / chunk_panels;
  }
  int64_t count() const { return num_parts * part_chunks; }
  int64_t first(int64_t chunk) const {
    return std::min(num_panels, chunk % num_parts * part_panels + chunk / num_parts * chunk_panels);
  }
  int64_t last(int64_t chunk) const {
    const int64_t part_end = std::min(num_panels, (chunk % num_parts + 1) * part_panels);
    return std::min(part_end, first(chunk) + chunk_panels);
  }

  int64_t num_panels;
  int64_t num_parts;
  int64_t part_panels;
  int64_t chunk_panels;
  int64_t part_chunks;
};

}  // namespace

std::byte* GemmScratch::Reserve(int64_t bytes) {
  const auto wanted = static_cast<size_t>(bytes) + 64;
  if (memory_.size() < wanted) memory_.resize(std::max(wanted, 2 * memory_.size()));
  const auto address = reinterpret_cast<uintptr_t>(memory_.data());
  return memory_.data() + (64 - address % 64) % 64;
}

void Gemm(const GemmParams& params, GemmScratch& scratch, ThreadPool& pool) {
  const PackedMatrix& weights = *params.weights;
  if (params.num_rows == 0) return;
  const cpu::KernelTable& table = cpu::ActiveTable();
  const Conversion conversion = ConversionOf(weights, table);
  const cpu::GemmKernel& kernel = table.gemm[static_cast<int>(KindOf(weights))];
  const int64_t tile_rows = kernel.tile_rows;
  const int64_t num_tiles = (params.num_rows + tile_rows - 1) / tile_rows;
  const int64_t tile_bytes = (tile_rows * conversion.row_bytes + 63) / 64 * 64;
  std::byte* tiles = scratch.Reserve(num_tiles * tile_bytes);

  const auto convert = [&](int64_t first, int64_t last, int) {
    for (int64_t i = first; i < last; ++i) {
      conversion.convert({.input = params.input + i * tile_rows * params.input_stride,
                          .input_stride = params.input_stride,
                          .num_rows = std::min(tile_rows, params.num_rows - i * tile_rows),
                          .cols = weights.cols(),
                          .zero_point = weights.zero_point(),
                          .tile = tiles + i * tile_bytes});
    }
  };
  pool.ParallelFor(num_tiles, 1, convert);

  const Chunks chunks(weights, pool.num_threads());
  pool.ParallelFor(chunks.count(), 1, [&](int64_t first_chunk, int64_t last_chunk, int) {
    for (int64_t chunk = first_chunk; chunk < last_chunk; ++chunk) {
      const int64_t first = chunks.first(chunk);
      kernel.multiply({.panels = reinterpret_cast<const uint8_t*>(weights.panel(first)),
                       .panel_bytes = weights.panel_bytes(),
                       .num_panels = chunks.last(chunk) - first,
                       .valid_outputs = weights.rows() - 16 * first,
                       .steps = PackedSteps(weights.format(), weights.cols()),
                       .tiles = reinterpret_cast<const uint8_t*>(tiles),
                       .tile_bytes = tile_bytes,
                       .output = params.output + 16 * first,
                       .output_stride = params.output_stride,
                       .num_rows = params.num_rows,
                       .accumulate = params.accumulate});
    }
  });
}

}  // namespace dsb
