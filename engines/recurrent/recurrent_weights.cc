#include "engines/recurrent/recurrent_weights.h"

#include <array>
#include <utility>

#include "base/error.h"

namespace dsb {

WeightSource RecurrentWeights::Open(ModelFolder& folder,
                                    std::shared_ptr<const TargetModel> for_target,
                                    const std::string& target_sha256) {
  const std::string& path = folder.path();
  target = std::move(for_target);
  CheckDrafterTarget(path, config.target, *target, target_sha256);
  CheckDrafterWindow(path, config.window, *target);
  file = std::make_shared<const Safetensors>(Safetensors::Open(folder));
  WeightSource source = DrafterWeights(path, file);
  source.NameSizes(FolderSizeNames(config.shape, {"num_hidden_layers", 1}));
  source.NameSize("vocab_size", config.vocab_size);
  if (config.draft_vocab_size != config.vocab_size) {
    source.NameSize("draft_vocab_size", config.draft_vocab_size);
  }
  target_ids = DraftVocabulary(*file, config.draft_vocab_size, config.vocab_size, source, folder);
  return source;
}

void RecurrentWeights::LoadTables(const WeightSource& source, const TableNames& names,
                                  WeightMode mode) {
  const bool reduced = config.draft_vocab_size != config.vocab_size;  // no embedding is such a head
  if (config.tied_head && !reduced && !names.embedding.empty() && !names.head.empty()) {
    ThrowBadInput(source.file() +
                  "/config.json: key tie_word_embeddings is true, expected false beside tensor " +
                  names.head);
  }
  const int64_t hidden = config.shape.hidden;
  if (config.share_target_embeddings) AllowSharedCopies(*file, *target, target_ids, source);
  embedding = names.embedding.empty()
                  ? target->embedding()
                  : Embedding(source.Get(names.embedding, {config.vocab_size, hidden}));
  if (!names.head.empty()) {
    const StoredTensor& tensor = source.Get(names.head, {config.draft_vocab_size, hidden});
    head_ = PackedMatrix::Pack(std::array{AllRows(tensor)}, mode);
  } else if (target_ids.empty()) {
    shares_whole_head_ = true;
  } else {
    StoredRows rows = AllRows(target->head_tensor());
    rows.order = target_ids;
    head_ = PackedMatrix::Pack(std::array{rows}, target->mode());
  }
}

void RecurrentWeights::LoadLayer(const WeightSource& source, const std::string& prefix,
                                 int64_t attention_inputs, WeightMode mode) {
  const LayerNames names = HuggingFaceLayerNames(prefix);
  // A norm that is there and not applied would change the maths silently.
  for (const std::string& name : {names.q_norm, names.k_norm}) {
    if (!config.qk_norm && source.Has(name)) {
      ThrowBadInput(source.file() + ": tensor " + name +
                    " is there, expected none with model_type llama");
    }
  }
  layer = LoadDecoderLayer({.source = &source,
                            .shape = &config.shape,
                            .qk_norm = config.qk_norm,
                            .neighbour_rope = false,
                            .attention_inputs = attention_inputs,
                            .mode = mode},
                           names);
}

int64_t RecurrentWeights::bytes_per_draft(const PackedMatrix& input, bool input_per_token) const {
  const int64_t inputs = input.bytes() * (input_per_token ? config.draft_length : 1);
  return inputs + config.draft_length * (layer.weight_bytes() + head().bytes());
}

int64_t RecurrentWeights::flops_per_draft(const PackedMatrix& input, bool input_per_token) const {
  const int64_t inputs = input.multiply_adds() * (input_per_token ? config.draft_length : 1);
  return 2 * (inputs + config.draft_length * (layer.multiply_adds() + head().multiply_adds()));
}

}  // namespace dsb
