#include "engines/target_model/hf_keys.h"

namespace dsb {
namespace {

constexpr ConfigKey kLayerKeys[] = {
    Read("model_type"),
    Read("architectures"),
    Read("num_hidden_layers"),
    Read("vocab_size"),
    Read("hidden_size"),
    Read("intermediate_size"),
    Read("num_attention_heads"),
    Read("num_key_value_heads"),
    Read("head_dim"),
    Read("rms_norm_eps"),
    Read("hidden_act"),
    Read("hidden_activation"),
    Read("rope_theta"),
    Read("rope_scaling"),
    Read("rope_parameters"),
    Read("layer_types"),
    Read("use_sliding_window"),
    Read("sliding_window"),
    Read("max_window_layers"),
    Read("tie_word_embeddings"),
    Only("attention_bias", "false"),
    Only("mlp_bias", "false"),
    Only("qkv_bias", "false"),
    Only("partial_rotary_factor", "1"),
    Only("rope_interleaved", "false"),
};

constexpr ConfigKey kTransformersKeys[] = {
    // Of other models, or of a changed one: off.
    Only("adapters", ""),
    Only("add_cross_attention", "false"),
    Only("attention_multiplier", ""),
    Only("attention_sink", "false"),
    Only("attn_logit_softcapping", ""),
    Only("compression_config", ""),
    Only("cross_attention_hidden_size", ""),
    Only("embedding_multiplier", "1"),
    Only("final_logit_softcapping", ""),
    Only("is_encoder_decoder", "false"),
    Only("logit_scale", "1"),
    Only("logits_scaling", "1"),
    Only("no_rope_layers", "[]"),
    Only("num_experts", "0"),
    Only("num_local_experts", "0"),
    Only("original_max_position_embeddings", ""),
    Only("per_layer_config", "{}"),
    Only("pretraining_tp", "1"),
    Only("pruned_heads", "{}"),
    Only("qk_layernorm", "false"),
    Only("quantization", ""),
    Only("quantization_config", ""),
    Only("query_pre_attn_scalar", ""),
    Only("residual_multiplier", "1"),
    Only("text_config", ""),
    Only("use_mrope", "false"),
    // Where the file comes from and how it is to be run.
    Harmless("_attn_implementation"),
    Harmless("_attn_implementation_autoset"),
    Harmless("_attn_implementation_internal"),
    Harmless("_commit_hash"),
    Harmless("_experts_implementation"),
    Harmless("_flash_attn_2_enabled"),
    Harmless("_name_or_path"),
    Harmless("_output_attentions"),
    Harmless("attn_implementation"),
    Harmless("chunk_size_feed_forward"),
    Harmless("dtype"),
    Harmless("experts_implementation"),
    Harmless("finetuning_task"),
    Harmless("gradient_checkpointing"),
    Harmless("id2label"),
    Harmless("is_decoder"),
    Harmless("is_llama_config"),
    Harmless("label2id"),
    Harmless("model_max_length"),
    Harmless("model_name"),
    Harmless("name_or_path"),
    Harmless("num_labels"),
    Harmless("output_attentions"),
    Harmless("output_hidden_states"),
    Harmless("prefix"),
    Harmless("problem_type"),
    Harmless("return_dict"),
    Harmless("task_specific_params"),
    Harmless("tf_legacy_loss"),
    Harmless("tie_encoder_decoder"),
    Harmless("tokenizer_class"),
    Harmless("torch_dtype"),
    Harmless("torchscript"),
    Harmless("transformers.js_config"),
    Harmless("transformers_version"),
    Harmless("unsloth_fixed"),
    Harmless("unsloth_version"),
    Harmless("use_bfloat16"),
    Harmless("use_cache"),
    // Of training.
    Harmless("attention_dropout"),
    Harmless("hidden_dropout"),
    Harmless("initializer_range"),
    // Tokens that no text is made to end with here, and sampling, which the command line decides.
    Harmless("bad_words_ids"),
    Harmless("begin_suppress_tokens"),
    Harmless("bos_token_id"),
    Harmless("decoder_start_token_id"),
    Harmless("diversity_penalty"),
    Harmless("do_sample"),
    Harmless("early_stopping"),
    Harmless("encoder_no_repeat_ngram_size"),
    Harmless("exponential_decay_length_penalty"),
    Harmless("forced_bos_token_id"),
    Harmless("forced_eos_token_id"),
    Harmless("length_penalty"),
    Harmless("max_length"),
    Harmless("min_length"),
    Harmless("no_repeat_ngram_size"),
    Harmless("num_beam_groups"),
    Harmless("num_beams"),
    Harmless("num_return_sequences"),
    Harmless("output_scores"),
    Harmless("pad_token_id"),
    Harmless("remove_invalid_values"),
    Harmless("repetition_penalty"),
    Harmless("return_dict_in_generate"),
    Harmless("sep_token_id"),
    Harmless("suppress_tokens"),
    Harmless("temperature"),
    Harmless("top_k"),
    Harmless("top_p"),
    Harmless("typical_p"),
};

constexpr ConfigKey kRopeKeys[] = {
    Read("rope_theta"),
    Read("rope_type"),
    Read("type"),
    Only("partial_rotary_factor", "1"),
    Only("factor", "1"),
    Only("attention_factor", "1"),
    Harmless("original_max_position_embeddings"),
};
constexpr ConfigKey kLinearRopeKeys[] = {Read("factor")};
constexpr ConfigKey kLlama3RopeKeys[] = {
    Read("factor"),
    Read("low_freq_factor"),
    Read("high_freq_factor"),
    Read("original_max_position_embeddings"),
};

constexpr ConfigKey kTargetKeys[] = {
    Read("max_position_embeddings"), Read("eos_token_id"),
    Only("auto_map", "{}"),  // code of the folder's own may compute something else
};

}  // namespace

std::span<const ConfigKey> LayerKeys() { return kLayerKeys; }
std::span<const ConfigKey> TransformersKeys() { return kTransformersKeys; }

std::vector<std::string> RopeTypes() { return {"default", "linear", "llama3"}; }

ConfigKeys RopeKeys(const std::string& type) {
  if (type == "linear") return JoinKeys({kLinearRopeKeys, kRopeKeys});
  if (type == "llama3") return JoinKeys({kLlama3RopeKeys, kRopeKeys});
  return JoinKeys({kRopeKeys});
}

const ConfigKeys& TargetKeys() {
  static const ConfigKeys keys = JoinKeys({kTargetKeys, kLayerKeys, kTransformersKeys});
  return keys;
}

}  // namespace dsb
