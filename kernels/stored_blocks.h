// One 32-column block of a stored quantised row taken apart: scale, minimum and unsigned quants, as
// the file has them. Used when packing only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "kernels/packed_matrix.h"

namespace dsb {

// How a stored type is packed: w = d * (q - zero_point) + m.
struct PackedForm {
  PackedFormat format = PackedFormat::kF32;
  PackedMatrix::Scales scales = PackedMatrix::Scales::kNone;
  int32_t zero_point = 0;
  bool operator==(const PackedForm&) const = default;
};

// The form that keeps the stored numbers of `type`. Empty for types without one (F16, Q6_K): they
// widen to f32.
std::optional<PackedForm> StoredForm(TensorType type);

struct StoredBlock {
  float scale = 0;    // d, exactly
  float minimum = 0;  // m, exactly
  uint8_t quants[32] = {};
};

// Block `block` (of 32 columns) of a row of a type whose StoredForm is kQ4 or kQ8.
StoredBlock ReadStoredBlock(TensorType type, const std::byte* row, int64_t block);

// Q8_0 of up to 32 floats (formats.md 1.2): d = max|x| / 127 as f16, q = round half away from zero
// of x / d, by the unrounded d; quants come out with 128 added.
StoredBlock EncodeQ8(const float* x, int64_t count);

}  // namespace dsb
