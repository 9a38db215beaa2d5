// The tensors of a block drafter's backbone (drafters.md 5.2): embedding, feature projection,
// layers, final norm, head, checked against the target and packed for this machine. Immutable once
// loaded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/block_backbone/block_config.h"
#include "engines/model_files/model_folder.h"
#include "engines/model_files/safetensors.h"
#include "engines/target_model/target_model.h"
#include "engines/transformer/decoder_layer.h"
#include "engines/transformer/embedding.h"
#include "engines/transformer/weight_source.h"
#include "kernels/packed_matrix.h"

namespace dsb {

struct BlockWeights {
  BlockConfig config;
  std::shared_ptr<const Safetensors> file;    // owns the embedding's bytes
  std::shared_ptr<const TargetModel> target;  // owns shared embeddings
  Embedding embedding;                        // by target id
  std::vector<float> mask_embedding;          // [hidden]
  PackedMatrix feature_projection;            // fc [hidden, m * hidden]
  std::vector<float> feature_norm;            // hidden_norm [hidden]
  std::vector<DecoderLayer> layers;
  // Per layer [2 * kv_width, hidden]: the k and v rows again, for context rows.
  std::vector<PackedMatrix> context_kv;
  std::vector<float> final_norm;    // [hidden]
  std::vector<int32_t> target_ids;  // draft index -> target id; empty: identity

  // [draft vocabulary, hidden]
  const PackedMatrix& head() const { return shares_whole_head_ ? target->head() : own_head_; }
  int64_t bytes_per_draft() const;    // of one block pass and its context rows
  int64_t multiply_adds_row() const;  // of one block row, head included

  // `config` is set. Returns the tensors for what follows the backbone, which refuses those that
  // nobody asked for (RefuseUnused). kBadInput naming file and key or tensor: another target,
  // layers that it does not have, a missing tensor, another shape, values that are not finite, a
  // damaged d2t.
  WeightSource Load(ModelFolder& folder, std::shared_ptr<const TargetModel> for_target,
                    const std::string& target_sha256, WeightMode mode);

 private:
  void LoadLayers(const WeightSource& source, WeightMode mode);
  void LoadTables(const WeightSource& source, WeightMode mode);

  PackedMatrix own_head_;
  bool shares_whole_head_ = false;
};

}  // namespace dsb
