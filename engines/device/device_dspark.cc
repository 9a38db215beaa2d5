#include "engines/device/device_dspark.h"

#include <vector>

#include "base/error.h"
#include "kernels/cuda/markov/confidence.h"
#include "kernels/gemm.h"

namespace dsb {
namespace {

std::shared_ptr<const BlockWeights> BackboneOf(
    const std::shared_ptr<const DSparkWeights>& weights) {
  return {weights, &weights->backbone};
}

std::vector<float> ValuesOf(const Embedding& table) {
  const auto cols = static_cast<size_t>(table.cols());
  std::vector<float> values(static_cast<size_t>(table.rows()) * cols);
  for (int64_t row = 0; row < table.rows(); ++row) {
    table.Lookup(static_cast<int32_t>(row),
                 std::span(values).subspan(static_cast<size_t>(row) * cols, cols));
  }
  return values;
}

std::vector<float> ValuesOf(const PackedMatrix& matrix) {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(matrix.multiply_adds()));
  for (int64_t row = 0; row < matrix.rows(); ++row) {
    for (int64_t col = 0; col < matrix.cols(); ++col) {
      values.push_back(reference::WeightAt(matrix, row, col));
    }
  }
  return values;
}

// Quantised matrices are widened: what they stand for is not changed.
cuda::ValueType TypeOf(const PackedMatrix& matrix) {
  return matrix.format() == PackedFormat::kBf16 ? cuda::ValueType::kBf16 : cuda::ValueType::kF32;
}

cuda::MarkovKind KindOf(MarkovType type) {
  switch (type) {
    case MarkovType::kVanilla:
      return cuda::MarkovKind::kVanilla;
    case MarkovType::kGated:
      return cuda::MarkovKind::kGated;
    case MarkovType::kRnn:
      return cuda::MarkovKind::kRnn;
  }
  CheckFailed("type is an enumerator", __FILE__, __LINE__);
}

void PlanTable(const Embedding& table, cuda::RowMatrix& device, DevicePlan& plan) {
  device.type =
      table.table().type == TensorType::kBf16 ? cuda::ValueType::kBf16 : cuda::ValueType::kF32;
  device.rows = static_cast<int32_t>(table.rows());
  device.cols = static_cast<int32_t>(table.cols());
  plan.AddBytes(device.data, cuda::PackRowMatrix(ValuesOf(table), device.cols, device.type));
}

}  // namespace

DeviceDSpark::DeviceDSpark(std::shared_ptr<const DSparkWeights> weights,
                           std::shared_ptr<const DeviceTarget> target)
    : DeviceBlockDrafter(BackboneOf(weights), std::move(target)), weights_(std::move(weights)) {
  const DSparkConfig& config = weights_->config;
  const bool joined = config.markov_type != MarkovType::kVanilla;
  if (config.markov_rank % 8 != 0 || config.markov_rank > 512 ||
      (joined && config.block.shape.hidden % 8 != 0)) {
    ThrowBadInput(
        "the device engine runs Markov heads of a rank that is a multiple of 8, at most "
        "512, found " +
        std::to_string(config.markov_rank) + " (hidden size " +
        std::to_string(config.block.shape.hidden) + ")");
  }
}

void DeviceDSpark::Plan(const DeviceDrafterSizes& sizes, DevicePlan& plan) {
  DeviceBlockDrafter::Plan(sizes, plan);
  PlanMarkov(plan);
  if (has_confidence()) plan.AddCopy<float>(confidence_weight_, weights_->confidence_weight);
}

void DeviceDSpark::PlanMarkov(DevicePlan& plan) {
  const MarkovHead& head = weights_->markov;
  markov_.kind = KindOf(head.type());
  markov_.rank = static_cast<int32_t>(head.rank());
  markov_.hidden = static_cast<int32_t>(weights_->config.block.shape.hidden);
  PlanTable(head.w1(), markov_.w1, plan);
  markov_.w2.type = TypeOf(head.w2());
  markov_.w2.rows = static_cast<int32_t>(head.w2().rows());
  markov_.w2.cols = static_cast<int32_t>(head.w2().cols());
  plan.AddBytes(markov_.w2.data,
                cuda::PackTileMatrix(ValuesOf(head.w2()), markov_.w2.cols, markov_.w2.type));
  if (head.type() != MarkovType::kVanilla) {
    markov_.projection.type = TypeOf(head.projection());
    markov_.projection.rows = static_cast<int32_t>(head.projection().rows());
    markov_.projection.cols = static_cast<int32_t>(head.projection().cols());
    plan.AddBytes(markov_.projection.data,
                  cuda::PackRowMatrix(ValuesOf(head.projection()), markov_.projection.cols,
                                      markov_.projection.type));
    plan.AddCopy<float>(markov_.projection_bias, head.projection_bias());
  }
  plan.AddZeroed(workspace_,
                 cuda::MarkovWorkspaceBytes(sizes().max_requests, sizes().draft_length, markov_,
                                            static_cast<int32_t>(draft_vocab_size())));
}

void DeviceDSpark::ChooseTokens(const DeviceDraftCall& call, cuda::Stream stream) {
  cuda::MarkovBlock({.weights = markov_,
                     .drafts = call.drafts,
                     .requests = call.requests,
                     .hidden = draft_hidden(),
                     .hidden_stride = weights_->config.block.shape.hidden,
                     .workspace = workspace_,
                     .max_requests = sizes().max_requests},
                    stream);
}

void DeviceDSpark::Confidence(const DeviceDraftCall& call, cuda::Stream stream) {
  if (!has_confidence()) return;
  const auto hidden = static_cast<int32_t>(weights_->config.block.shape.hidden);
  cuda::Confidence({.drafts = call.drafts,
                    .requests = call.requests,
                    .hidden = draft_hidden(),
                    .hidden_stride = hidden,
                    .hidden_size = hidden,
                    .w1 = weights_->config.confidence_with_markov ? markov_.w1 : cuda::RowMatrix{},
                    .weights = confidence_weight_,
                    .bias = weights_->confidence_bias,
                    .confidence = call.confidence},
                   stream);
}

}  // namespace dsb
