// The tensors that the one-layer autoregressive drafters share: embedding, the two norms before the
// layer, the layer, final norm, head. Immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engines/model_files/safetensors.h"
#include "engines/recurrent/recurrent_config.h"
#include "engines/target_model/target_model.h"
#include "engines/transformer/decoder_layer.h"
#include "engines/transformer/embedding.h"
#include "engines/transformer/weight_source.h"
#include "kernels/packed_matrix.h"

namespace dsb {

struct RecurrentWeights {
  RecurrentConfig config;
  std::shared_ptr<const Safetensors> file;    // owns the embedding's bytes
  std::shared_ptr<const TargetModel> target;  // owns shared embeddings
  std::vector<int32_t> target_ids;            // draft index -> target id; empty: identity
  Embedding embedding;                        // by target id
  std::vector<float> embedding_norm;          // [hidden]
  std::vector<float> hidden_norm;             // [hidden]
  DecoderLayer layer;
  std::vector<float> final_norm;  // [hidden]

  const PackedMatrix& head() const {
    return shares_whole_head_ ? target->head() : head_;
  }  // [draft vocabulary, hidden]

  // Of one block; `input` is the matrix before the layer, read once or per token.
  int64_t bytes_per_draft(const PackedMatrix& input, bool input_per_token) const;
  int64_t flops_per_draft(const PackedMatrix& input, bool input_per_token) const;

  // Opens the checkpoint and checks it against the target; `config` is set. kBadInput for another
  // target, values that are not finite, a damaged d2t. Who loads the rest refuses what nobody asked
  // for (RefuseUnused).
  WeightSource Open(ModelFolder& folder, std::shared_ptr<const TargetModel> for_target,
                    const std::string& target_sha256);
  // Tensor names in the file; an empty name: the target's embedding or head.
  struct TableNames {
    std::string embedding, head;
  };
  void LoadTables(const WeightSource& source, const TableNames& names, WeightMode mode);
  // q, k and v of `attention_inputs` columns (0: hidden).
  void LoadLayer(const WeightSource& source, const std::string& prefix, int64_t attention_inputs,
                 WeightMode mode);

 private:
  PackedMatrix head_;
  bool shares_whole_head_ = false;
};

}  // namespace dsb
