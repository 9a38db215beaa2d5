#include "engines/device/device_mtp1.h"

#include "kernels/cuda/gemm/gemm.h"

namespace dsb {

const float* DeviceMtp1::HiddenFromFeatures(const float* features, int64_t /*num_rows*/,
                                            float* /*output*/, cuda::Stream /*stream*/) {
  return features;
}

const float* DeviceMtp1::EnterLayer(const StepRows& rows, cuda::Stream stream) {
  cuda::Gemm({.weights = input_matrix(),
              .input = rows.pairs,
              .input_stride = input_matrix().cols,
              .output = rows.x,
              .output_stride = shape().hidden,
              .num_rows = rows.num_rows},
             stream);
  return nullptr;
}

}  // namespace dsb
