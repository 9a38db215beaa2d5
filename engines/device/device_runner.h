// Runs a target on the device over one flattened list of rows: the twin of
// engines/target_model/target_runner.h. Rows are described by arrays on the device, so the host
// need not know which of them are padding. Holds keys, values and working rows. One stream at a
// time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engines/device/device_plan.h"
#include "engines/device/device_target.h"

namespace dsb {

struct DevicePass {
  const int32_t* tokens = nullptr;      // [num_rows]; negative in padding rows
  const cuda::RowInfo* rows = nullptr;  // [num_rows]
  int64_t num_rows = 0;
  const int32_t* logit_rows = nullptr;  // [num_logit_rows] rows that get logits; null: 0, 1, ...
  int64_t num_logit_rows = 0;
};

class DeviceRunner {
 public:
  struct Options {
    int32_t num_slots = 1;
    int32_t context_tokens = 0;           // positions per slot
    std::vector<int32_t> feature_layers;  // as TargetRunner::Options
    int64_t max_rows = 0;
    int64_t max_logit_rows = 0;
  };
  // The plan's Allocate comes before Forward.
  DeviceRunner(std::shared_ptr<const DeviceTarget> target, const Options& options,
               DevicePlan& plan);
  DeviceRunner(const DeviceRunner&) = delete;
  DeviceRunner& operator=(const DeviceRunner&) = delete;

  // Asynchronous. Results stay until the next call on the stream.
  void Forward(const DevicePass& pass, cuda::Stream stream);

  const float* logits() const { return logits_; }      // [num_logit_rows, vocab]
  const float* features() const { return features_; }  // [num_rows, feature_width()]
  int64_t feature_width() const;
  const DeviceTarget& target() const { return *target_; }

 private:
  void Tap(int32_t layer, int64_t num_rows, cuda::Stream stream);
  void ComputeLogits(const DevicePass& pass, cuda::Stream stream);

  std::shared_ptr<const DeviceTarget> target_;
  Options options_;
  std::vector<cuda::KvCache> kv_;
  DeviceLayerScratch scratch_;
  float* x_ = nullptr;            // [max_rows, hidden]
  float* features_ = nullptr;     // [max_rows, layers * hidden]
  float* logit_input_ = nullptr;  // [max_logit_rows, hidden]
  float* logits_ = nullptr;       // [max_logit_rows, vocab]
};

}  // namespace dsb
