#include "engines/drafter_files/drafter_keys.h"

#include "engines/target_model/hf_keys.h"

namespace dsb {
namespace {

constexpr ConfigKey kDrafterKeys[] = {
    Read("num_target_layers"),
    Read("draft_vocab_size"),
    Read("share_target_embeddings"),
    Read("target"),
    Harmless("max_position_embeddings"),  // positions are the target's
    Harmless("eos_token_id"),             // the target's
    Harmless("auto_map"),                 // names the code that this is an implementation of
    // Of training.
    Harmless("embed_requires_grad"),
    Harmless("loss_decay_gamma"),
    Harmless("max_anchors"),
    Harmless("num_anchors"),
    Harmless("step_loss_decay"),
    Harmless("target_model_name_or_path"),
    Harmless("target_model_type"),
    Harmless("target_text_model_type"),
};

constexpr ConfigKey kTargetKeys[] = {Read("sha256"), Harmless("name")};

}  // namespace

std::span<const ConfigKey> DrafterKeys() { return kDrafterKeys; }
std::span<const ConfigKey> DrafterTargetKeys() { return kTargetKeys; }

ConfigKeys WholeDrafterKeys(std::span<const ConfigKey> own) {
  return JoinKeys({own, DrafterKeys(), LayerKeys(), TransformersKeys()});
}

}  // namespace dsb
