#include "engines/device/device_eagle3.h"

#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/rows/copy_rows.h"

namespace dsb {

const float* DeviceEagle3::HiddenFromFeatures(const float* features, int64_t num_rows,
                                              float* output, cuda::Stream stream) {
  cuda::Gemm({.weights = input_matrix(),
              .input = features,
              .input_stride = input_matrix().cols,
              .output = output,
              .output_stride = shape().hidden,
              .num_rows = num_rows},
             stream);
  return output;
}

const float* DeviceEagle3::EnterLayer(const StepRows& rows, cuda::Stream stream) {
  const int64_t hidden = shape().hidden;
  const bool normed = weights_->norm_before_residual;
  cuda::CopyRows({.input = normed ? rows.pairs + hidden : rows.hidden,
                  .input_stride = normed ? 2 * hidden : hidden,
                  .output = rows.x,
                  .output_stride = hidden,
                  .num_rows = rows.num_rows,
                  .size = hidden},
                 stream);
  return rows.pairs;
}

}  // namespace dsb
