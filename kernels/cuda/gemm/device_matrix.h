// A weight matrix W [rows, cols] in device memory, in the order that Gemm reads it: row tiles of
// 16, units of 64 columns, each lane's 16 bytes beside its neighbour's. The numbers are those of
// the PackedMatrix it was made from; nothing is rounded again.
//   kF32        the panels of PackedMatrix as they are: [tile][column][row % 16]
//   the others  [tile][unit]: quants, then scales (see device_layout.h)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/packed_matrix.h"

namespace dsb::cuda {

struct DeviceMatrix {
  PackedFormat format = PackedFormat::kF32;
  PackedMatrix::Scales scales = PackedMatrix::Scales::kNone;
  int32_t zero_point = 0;
  int64_t rows = 0;
  int64_t cols = 0;
  const std::byte* data = nullptr;  // DeviceMatrixBytes(), 16-byte aligned
};

// Bytes of device memory that `matrix` takes; a multiple of 256.
int64_t DeviceMatrixBytes(const PackedMatrix& matrix);

// Host work: writes the device order of `matrix` into out, out.size() == DeviceMatrixBytes().
void PackDeviceMatrix(const PackedMatrix& matrix, std::span<std::byte> out);

// The view of a matrix whose packed bytes lie at `data` on the device.
DeviceMatrix MakeDeviceMatrix(const PackedMatrix& matrix, const std::byte* data);

}  // namespace dsb::cuda
