#include "engines/model_files/text_keys.h"

namespace dsb {
namespace {

constexpr ConfigKey kTokenizerConfigKeys[] = {
    Read("bos_token"),
    Read("eos_token"),
    Read("chat_template"),
    Read("added_tokens_decoder"),
    Only("add_bos_token", "false"),
    Only("add_eos_token", "false"),
    Only("add_prefix_space", "false"),
    Only("do_lower_case", "false"),
    Only("split_special_tokens", "false"),
    // How its own program pads, cuts and shows text, and where it comes from.
    Harmless("_commit_hash"),
    Harmless("additional_special_tokens"),
    Harmless("auto_map"),
    Harmless("backend"),
    Harmless("clean_up_tokenization_spaces"),
    Harmless("cls_token"),
    Harmless("device_map"),
    Harmless("errors"),
    Harmless("extra_special_tokens"),
    Harmless("is_local"),
    Harmless("legacy"),
    Harmless("local_files_only"),
    Harmless("mask_token"),
    Harmless("max_length"),
    Harmless("model_input_names"),
    Harmless("model_max_length"),
    Harmless("model_specific_special_tokens"),
    Harmless("name_or_path"),
    Harmless("pad_to_multiple_of"),
    Harmless("pad_token"),
    Harmless("pad_token_type_id"),
    Harmless("padding_side"),
    Harmless("processor_class"),
    Harmless("response_schema"),
    Harmless("sep_token"),
    Harmless("sp_model_kwargs"),
    Harmless("special_tokens_map_file"),
    Harmless("spaces_between_special_tokens"),
    Harmless("stride"),
    Harmless("tokenizer_class"),
    Harmless("tokenizer_file"),
    Harmless("truncation_side"),
    Harmless("truncation_strategy"),
    Harmless("unk_token"),
    Harmless("use_default_system_prompt"),
    Harmless("use_fast"),
    Harmless("vocab_size"),
};

// Sampling and search of another program: what dsbench does stands on its command line.
constexpr ConfigKey kGenerationRules[] = {
    Only("bad_words_ids", ""),
    Only("begin_suppress_tokens", ""),
    Only("constraints", ""),
    Only("encoder_no_repeat_ngram_size", "0"),
    Only("encoder_repetition_penalty", "1"),
    Only("epsilon_cutoff", "0"),
    Only("eta_cutoff", "0"),
    Only("exponential_decay_length_penalty", ""),
    Only("force_words_ids", ""),
    Only("forced_bos_token_id", ""),
    Only("forced_eos_token_id", ""),
    Only("guidance_scale", "1"),
    Only("min_length", "0"),
    Only("min_new_tokens", "0"),
    Only("min_p", "0"),
    Only("no_repeat_ngram_size", "0"),
    Only("num_beams", "1"),
    Only("penalty_alpha", ""),
    Only("presence_penalty", "0"),
    Only("frequency_penalty", "0"),
    Only("repetition_penalty", "1"),
    Only("sequence_bias", ""),
    Only("stop_strings", ""),
    Only("suppress_tokens", ""),
    Only("top_h", ""),
    Only("typical_p", "1"),
    Only("watermarking_config", ""),
};

constexpr ConfigKey kGenerationKeys[] = {
    Read("eos_token_id"),
    Harmless("_from_model_config"),
    Harmless("assistant_confidence_threshold"),
    Harmless("assistant_early_exit"),
    Harmless("assistant_lookbehind"),
    Harmless("bos_token_id"),
    Harmless("cache_config"),
    Harmless("cache_implementation"),
    Harmless("compile_config"),
    Harmless("decoder_start_token_id"),
    Harmless("disable_compile"),
    Harmless("diversity_penalty"),
    Harmless("do_sample"),
    Harmless("dola_layers"),
    Harmless("early_stopping"),
    Harmless("is_assistant"),
    Harmless("length_penalty"),
    Harmless("low_memory"),
    Harmless("max_cache_len"),
    Harmless("max_length"),
    Harmless("max_matching_ngram_size"),
    Harmless("max_new_tokens"),
    Harmless("max_time"),
    Harmless("num_assistant_tokens"),
    Harmless("num_assistant_tokens_schedule"),
    Harmless("num_beam_groups"),
    Harmless("num_return_sequences"),
    Harmless("output_attentions"),
    Harmless("output_hidden_states"),
    Harmless("output_logits"),
    Harmless("output_scores"),
    Harmless("pad_token_id"),
    Harmless("prefill_chunk_size"),
    Harmless("prompt_lookup_num_tokens"),
    Harmless("remove_invalid_values"),
    Harmless("renormalize_logits"),
    Harmless("return_dict_in_generate"),
    Harmless("return_legacy_cache"),
    Harmless("target_lookbehind"),
    Harmless("temperature"),
    Harmless("token_healing"),
    Harmless("top_k"),
    Harmless("top_p"),
    Harmless("transformers_version"),
    Harmless("use_cache"),
    Harmless("use_mtp"),
};

constexpr ConfigKey kTokenizerJsonKeys[] = {
    Read("added_tokens"),   Read("normalizer"), Read("pre_tokenizer"), Read("post_processor"),
    Read("decoder"),        Read("model"),      Harmless("version"),
    Harmless("truncation"),  // of texts that its own program encodes
    Harmless("padding"),
};

constexpr ConfigKey kTokenizerJsonModelKeys[] = {
    Read("type"),
    Read("vocab"),
    Read("merges"),
    Read("unk_token"),
    Read("dropout"),
    Read("continuing_subword_prefix"),
    Read("end_of_word_suffix"),
    Read("byte_fallback"),
    Read("ignore_merges"),
    Harmless("fuse_unk"),  // of unknown tokens, which there are none of
};

}  // namespace

std::span<const ConfigKey> TokenizerConfigKeys() { return kTokenizerConfigKeys; }
std::span<const ConfigKey> GenerationConfigKeys() { return kGenerationKeys; }
std::span<const ConfigKey> GenerationRules() { return kGenerationRules; }
std::span<const ConfigKey> TokenizerJsonKeys() { return kTokenizerJsonKeys; }
std::span<const ConfigKey> TokenizerJsonModelKeys() { return kTokenizerJsonModelKeys; }

}  // namespace dsb
