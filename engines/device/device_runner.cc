#include "engines/device/device_runner.h"

#include <utility>

#include "base/error.h"
#include "engines/drafter.h"
#include "kernels/cuda/gemm/gemm.h"
#include "kernels/cuda/rows/copy_rows.h"

namespace dsb {

DeviceRunner::DeviceRunner(std::shared_ptr<const DeviceTarget> target, const Options& options,
                           DevicePlan& plan)
    : target_(std::move(target)), options_(options) {
  const ModelConfig& config = target_->model()->config();
  DSB_CHECK(options_.context_tokens <= config.context_tokens);
  PlanKv({.num_layers = config.num_layers,
          .num_slots = options_.num_slots,
          .context_tokens = options_.context_tokens},
         config.shape, kv_, plan);
  PlanLayerScratch(config.shape, options_.max_rows, kv_[0].capacity, scratch_, plan);
  plan.Add(x_, options_.max_rows * config.shape.hidden);
  plan.Add(features_, options_.max_rows * feature_width());
  plan.Add(logit_input_, options_.max_logit_rows * config.shape.hidden);
  plan.Add(logits_, options_.max_logit_rows * config.vocab_size);
}

int64_t DeviceRunner::feature_width() const {
  return static_cast<int64_t>(options_.feature_layers.size()) *
         target_->model()->config().shape.hidden;
}

void DeviceRunner::Tap(int32_t layer, int64_t num_rows, cuda::Stream stream) {
  const LayerShape& shape = target_->model()->config().shape;
  for (size_t i = 0; i < options_.feature_layers.size(); ++i) {
    if (options_.feature_layers[i] != layer) continue;
    float* output = features_ + static_cast<int64_t>(i) * shape.hidden;
    if (layer == kFinalNormFeature) {
      NormRows({.input = x_,
                .input_stride = shape.hidden,
                .weight = target_->final_norm(),
                .output = output,
                .output_stride = feature_width(),
                .num_rows = num_rows,
                .shape = &shape},
               stream);
      continue;
    }
    cuda::CopyRows({.input = x_,
                    .input_stride = shape.hidden,
                    .output = output,
                    .output_stride = feature_width(),
                    .num_rows = num_rows,
                    .size = shape.hidden},
                   stream);
  }
}

void DeviceRunner::Forward(const DevicePass& pass, cuda::Stream stream) {
  DSB_CHECK(pass.num_rows <= options_.max_rows && pass.num_logit_rows <= options_.max_logit_rows);
  const ModelConfig& config = target_->model()->config();
  LookupRows({.table = &target_->embedding(),
              .tokens = pass.tokens,
              .output = x_,
              .num_rows = pass.num_rows},
             stream);
  Tap(kEmbeddingFeature, pass.num_rows, stream);
  for (size_t layer = 0; layer < kv_.size(); ++layer) {
    RunDeviceLayer({.layer = &target_->layers()[layer],
                    .shape = &config.shape,
                    .x = x_,
                    .info = pass.rows,
                    .num_rows = pass.num_rows,
                    .rope = target_->rope(),
                    .cache = kv_[layer]},
                   scratch_, stream);
    Tap(static_cast<int32_t>(layer), pass.num_rows, stream);
  }
  Tap(kFinalNormFeature, pass.num_rows, stream);
  ComputeLogits(pass, stream);
}

void DeviceRunner::ComputeLogits(const DevicePass& pass, cuda::Stream stream) {
  if (pass.num_logit_rows == 0) return;
  const ModelConfig& config = target_->model()->config();
  const int64_t hidden = config.shape.hidden;
  const float* input = x_;
  if (pass.logit_rows != nullptr) {
    cuda::CopyRows({.input = x_,
                    .input_stride = hidden,
                    .output = logit_input_,
                    .output_stride = hidden,
                    .sources = pass.logit_rows,
                    .num_rows = pass.num_logit_rows,
                    .size = hidden},
                   stream);
    input = logit_input_;
  }
  NormRows({.input = input,
            .input_stride = hidden,
            .weight = target_->final_norm(),
            .output = logit_input_,
            .output_stride = hidden,
            .num_rows = pass.num_logit_rows,
            .shape = &config.shape},
           stream);
  cuda::Gemm({.weights = target_->head(),
              .input = logit_input_,
              .input_stride = hidden,
              .output = logits_,
              .output_stride = config.vocab_size,
              .num_rows = pass.num_logit_rows},
             stream);
}

}  // namespace dsb
