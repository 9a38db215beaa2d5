#include <optional>
#include <string>
#include <vector>

#include "base/quoted.h"
#include "engines/model_files/config_keys.h"
#include "engines/model_files/json_config.h"
#include "engines/model_files/tokenizer_json.h"

namespace dsb {
namespace {

// As Qwen2, Qwen2.5 and Qwen3 write it; pre_tokenizer.cc runs the same with \s written out.
constexpr char kQwen2Regex[] =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|)"
    R"(\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr ConfigKey kByteLevelKeys[] = {Read("type"), Read("add_prefix_space"), Read("use_regex"),
                                        Harmless("trim_offsets")};
// Where it writes tokens as bytes, or marks offsets: nothing of it is left to choose.
constexpr ConfigKey kByteLevelEndKeys[] = {Read("type"), Harmless("add_prefix_space"),
                                           Harmless("use_regex"), Harmless("trim_offsets")};
constexpr ConfigKey kDigitsKeys[] = {Read("type"), Read("individual_digits")};
constexpr ConfigKey kSplitKeys[] = {Read("type"), Read("pattern"), Read("behavior"),
                                    Read("invert")};
constexpr ConfigKey kPatternKeys[] = {Read("Regex")};
constexpr ConfigKey kSequenceKeys[] = {Read("type"), Read("pretokenizers")};
constexpr ConfigKey kTypeKeys[] = {Read("type")};

std::string TypeOf(const JsonConfig& stage) { return stage.StringOr("type", ""); }

void RequireType(const JsonConfig& stage, const std::string& type) {
  if (TypeOf(stage) != type) stage.Refuse("type", Quoted(TypeOf(stage)), type);
}

// The stage that writes bytes as characters; GPT-2's pattern is its own `use_regex`.
void RequireByteLevel(const JsonConfig& stage, bool use_regex) {
  RequireType(stage, "ByteLevel");
  CheckKeys(stage, kByteLevelKeys);
  if (stage.BoolOr("add_prefix_space", true)) stage.Refuse("add_prefix_space", "true", "false");
  if (stage.BoolOr("use_regex", true) != use_regex) {
    stage.Refuse("use_regex", use_regex ? "false" : "true", use_regex ? "true" : "false");
  }
}

PreTokenizerKind ReadPreTokenizer(const JsonConfig& file) {
  const std::optional<JsonConfig> whole = file.Object("pre_tokenizer");
  if (!whole) file.Refuse("pre_tokenizer", "missing", "SmolLM2's or Qwen2's");
  RequireType(*whole, "Sequence");
  CheckKeys(*whole, kSequenceKeys);
  const std::vector<JsonConfig> parts = whole->Objects("pretokenizers");
  if (parts.size() != 2) {
    whole->Refuse("pretokenizers", std::to_string(parts.size()) + " stages",
                  "2: Digits (SmolLM2) or Split (Qwen2), then ByteLevel");
  }
  const JsonConfig& first = parts[0];
  if (TypeOf(first) == "Digits") {
    CheckKeys(first, kDigitsKeys);
    if (!first.BoolOr("individual_digits", false)) {
      first.Refuse("individual_digits", "false", "true, as SmolLM2 has it");
    }
    RequireByteLevel(parts[1], true);
    return PreTokenizerKind::kSmolLm;
  }
  if (TypeOf(first) != "Split") first.Refuse("type", Quoted(TypeOf(first)), "Digits or Split");
  CheckKeys(first, kSplitKeys);
  const std::optional<JsonConfig> pattern = first.Object("pattern");
  if (pattern) CheckKeys(*pattern, kPatternKeys);
  const std::string regex = pattern ? pattern->StringOr("Regex", "") : "";
  if (regex != kQwen2Regex) first.Refuse("pattern.Regex", Quoted(regex), "Qwen2's");
  if (const std::string behavior = first.StringOr("behavior", ""); behavior != "Isolated") {
    first.Refuse("behavior", Quoted(behavior), "Isolated");
  }
  if (first.BoolOr("invert", false)) first.Refuse("invert", "true", "false");
  RequireByteLevel(parts[1], false);
  return PreTokenizerKind::kQwen2;
}

}  // namespace

TokenizerStages ReadTokenizerStages(const JsonConfig& file) {
  TokenizerStages stages;
  stages.pre_tokenizer = ReadPreTokenizer(file);
  if (const std::optional<JsonConfig> normalizer = file.Object("normalizer")) {
    RequireType(*normalizer, "NFC");
    CheckKeys(*normalizer, kTypeKeys);
    stages.normalizes = true;
  }
  // Others would add tokens to every text, or turn tokens into other text.
  for (const char* key : {"post_processor", "decoder"}) {
    const std::optional<JsonConfig> stage = file.Object(key);
    if (!stage) continue;
    RequireType(*stage, "ByteLevel");
    CheckKeys(*stage, kByteLevelEndKeys);
  }
  return stages;
}

}  // namespace dsb
