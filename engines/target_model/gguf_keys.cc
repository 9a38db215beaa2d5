#include "engines/target_model/gguf_keys.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {
namespace {

constexpr ConfigKey kKeys[] = {
    Read("general.architecture"),
    Read("general.alignment"),
    Only("general.type", "\"model\""),
    Only("general.quantization_version", "2"),
    Harmless("general.*"),
    Read("split.count"),
    Only("split.no", "0"),
    Harmless("split.tensors.count"),
    Read(".vocab_size"),
    Read(".context_length"),
    Read(".embedding_length"),
    Read(".block_count"),
    Read(".feed_forward_length"),
    Read(".attention.head_count"),
    Read(".attention.head_count_kv"),
    Read(".attention.key_length"),
    Read(".attention.value_length"),
    Read(".attention.layer_norm_rms_epsilon"),
    Read(".attention.sliding_window"),
    Read(".rope.dimension_count"),
    Read(".rope.freq_base"),
    Read(".rope.scaling.type"),
    Read(".rope.scaling.factor"),
    Read(".rope.scale_linear"),
    Harmless(".rope.scaling.original_context_length"),  // of types that are refused
    Harmless(".rope.scaling.finetuned"),
    Only(".rope.scaling.attn_factor", "1"),
    Only(".attention.causal", "true"),
    Only(".attention.clamp_kqv", "0"),
    Only(".attention.max_alibi_bias", "0"),
    Only(".expert_count", "0"),
    Only(".expert_used_count", "0"),
    Only(".nextn_predict_layers", "0"),
    Only(".logit_scale", "1"),
    Only(".embedding_scale", "1"),
    Only(".residual_scale", "1"),
    Only(".use_parallel_residual", "false"),
    Only(".pooling_type", "0"),
    Harmless(".tensor_data_layout"),
    Read("tokenizer.chat_template"),
    Harmless("tokenizer.chat_template.*"),  // templates for other uses, by name
    Harmless("tokenizer.chat_templates"),
    Harmless("tokenizer.huggingface.json"),
    Read("tokenizer.ggml.model"),
    Read("tokenizer.ggml.pre"),
    Read("tokenizer.ggml.tokens"),
    Read("tokenizer.ggml.token_type"),
    Read("tokenizer.ggml.merges"),
    Harmless("tokenizer.ggml.scores"),  // of other kinds of vocabulary
    Harmless("tokenizer.ggml.token_type_count"),
    Read("tokenizer.ggml.bos_token_id"),
    Read("tokenizer.ggml.eos_token_id"),
    Read("tokenizer.ggml.eot_token_id"),
    Read("tokenizer.ggml.eom_token_id"),
    Read("tokenizer.ggml.unknown_token_id"),
    Read("tokenizer.ggml.padding_token_id"),
    Read("tokenizer.ggml.separator_token_id"),
    Read("tokenizer.ggml.seperator_token_id"),
    Read("tokenizer.ggml.cls_token_id"),
    Read("tokenizer.ggml.mask_token_id"),
    Read("tokenizer.ggml.fim_pre_token_id"),
    Read("tokenizer.ggml.fim_suf_token_id"),
    Read("tokenizer.ggml.fim_mid_token_id"),
    Read("tokenizer.ggml.fim_pad_token_id"),
    Read("tokenizer.ggml.fim_rep_token_id"),
    Read("tokenizer.ggml.fim_sep_token_id"),
    Read("tokenizer.ggml.prefix_token_id"),
    Read("tokenizer.ggml.suffix_token_id"),
    Read("tokenizer.ggml.middle_token_id"),
    Only("tokenizer.ggml.add_bos_token", "false"),
    Only("tokenizer.ggml.add_eos_token", "false"),
    Only("tokenizer.ggml.add_sep_token", "false"),
    Only("tokenizer.ggml.add_space_prefix", "false"),
    Only("tokenizer.ggml.remove_extra_whitespaces", "false"),
};

std::string_view NamespaceOf(std::string_view key) {
  const size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

// Of somebody who tagged the file: outside what any reader of the architecture looks at.
bool IsForeign(std::string_view key, const std::string& architecture) {
  const std::string_view space = NamespaceOf(key);
  return !space.empty() && space != architecture && space != "general" && space != "tokenizer" &&
         space != "split" && space != "adapter";
}

bool Matches(std::string_view key, std::string_view pattern, const std::string& architecture) {
  if (pattern.starts_with('.')) {
    return key.starts_with(architecture) && key.substr(architecture.size()) == pattern;
  }
  if (!pattern.ends_with(".*")) return key == pattern;
  return key.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool IsNeutral(const GgufFile& file, const std::string& key, const std::string& value) {
  const std::string found = file.Shown(key);
  if (found == value) return true;
  std::istringstream a(found), b(value);  // 1.0 is 1
  double left = 0, right = 0;
  return a >> left && b >> right && a.eof() && b.eof() && left == right;
}

}  // namespace

const ConfigKeys& GgufKeys() {
  static const ConfigKeys keys = JoinKeys({kKeys});
  return keys;
}

std::vector<std::string> CheckGgufKeys(const GgufFile& file, const std::string& architecture) {
  std::set<std::string> foreign;
  for (const std::string& key : file.Keys()) {
    if (IsForeign(key, architecture)) {
      foreign.emplace(NamespaceOf(key));
      continue;
    }
    // Exact names stand before the patterns that would cover them.
    const auto* const found = std::find_if(
        std::begin(kKeys), std::end(kKeys),
        [&](const ConfigKey& known) { return Matches(key, known.name, architecture); });
    if (found == std::end(kKeys)) {
      ThrowBadInput(file.path() + ": key " + Quoted(key) +
                    " is not known, expected none that could change the output "
                    "(docs/checkpoints.md lists the known ones)");
    }
    if (found->use == ConfigKey::Use::kOnly && !IsNeutral(file, key, found->values)) {
      ThrowBadInput(file.path() + ": key " + key + " is " + file.Shown(key) + ", expected " +
                    found->values + ": dsbench computes nothing else");
    }
  }
  std::vector<std::string> warnings;
  for (const std::string& space : foreign) {
    warnings.push_back("keys " + Quoted(space + ".*") + " are not the format's and are ignored");
  }
  return warnings;
}

}  // namespace dsb
