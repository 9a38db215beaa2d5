#include "engines/dspark/dspark_weights.h"

namespace dsb {
namespace {

void LoadConfidence(const WeightSource& source, DSparkWeights& weights) {
  const DSparkConfig& config = weights.config;
  if (!config.confidence_head) return;
  const int64_t inputs =
      config.block.shape.hidden + (config.confidence_with_markov ? config.markov_rank : 0);
  const StoredTensor& weight = source.Get("confidence_head.proj.weight", {1, inputs});
  weights.confidence_weight.resize(static_cast<size_t>(inputs));
  DequantizeRow(weight.type, weight.bytes.data(), weights.confidence_weight);
  weights.confidence_bias = source.Vector("confidence_head.proj.bias", 1)[0];
}

}  // namespace

std::shared_ptr<const DSparkWeights> DSparkWeights::Load(ModelFolder& folder,
                                                         std::shared_ptr<const TargetModel> target,
                                                         const std::string& target_sha256,
                                                         WeightMode mode) {
  auto weights = std::make_shared<DSparkWeights>();
  weights->config = DSparkConfig::Read(folder);
  weights->backbone.config = weights->config.block;
  WeightSource source = weights->backbone.Load(folder, std::move(target), target_sha256, mode);
  source.NameSize("markov_rank", weights->config.markov_rank);
  weights->markov = MarkovHead(weights->config, source, mode);
  LoadConfidence(source, *weights);
  source.RefuseUnused(weights->backbone.file->Names(), "this dspark drafter");
  return weights;
}

int64_t DSparkWeights::bytes_per_draft() const {
  return backbone.bytes_per_draft() + markov.bytes_per_draft();
}

int64_t DSparkWeights::flops_per_draft() const {
  const int64_t head = backbone.head().multiply_adds();
  const int64_t layers = backbone.multiply_adds_row() - head;
  return 2 * (config.block.block_rows * layers +
              config.block.draft_length() * (head + markov.multiply_adds_row()));
}

}  // namespace dsb
