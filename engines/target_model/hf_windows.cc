#include <algorithm>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/target_model/hf_config.h"

namespace dsb {
namespace {

constexpr char kWindowKey[] = "sliding_window", kUseKey[] = "use_sliding_window";
constexpr char kTypesKey[] = "layer_types", kFirstKey[] = "max_window_layers";
constexpr char kFull[] = "full_attention", kSliding[] = "sliding_attention";

// Whether a layer of the list slides; none: the file has no list.
std::optional<bool> ListSlides(const JsonConfig& config, int64_t num_layers) {
  if (!config.Has(kTypesKey)) return std::nullopt;
  const std::vector<std::string> types = config.Strings(kTypesKey);
  for (const std::string& type : types) {
    if (type != kFull && type != kSliding) {
      config.Refuse(kTypesKey, Quoted(type), "full_attention or sliding_attention");
    }
  }
  const bool slides = std::count(types.begin(), types.end(), kSliding) > 0;
  const auto length = static_cast<int64_t>(types.size());
  // Entries behind the last layer say nothing if all are alike.
  if (length < num_layers || (length > num_layers && slides)) {
    config.Refuse(kTypesKey, config.Value(kTypesKey),
                  "one entry for each of num_hidden_layers " + std::to_string(num_layers));
  }
  return slides;
}

}  // namespace

std::optional<int64_t> AttentionWindow(const JsonConfig& config, int64_t num_layers,
                                       bool only_all_layers) {
  const bool says_use = config.Has(kUseKey), use = config.BoolOr(kUseKey, false);
  // Keys that are not used are read all the same: another type of value is a damaged file.
  const int64_t first = config.IntOr(kFirstKey, 28);  // Qwen3Config's default
  std::optional<int64_t> window;
  if (config.Has(kWindowKey)) window = config.IntOr(kWindowKey, 0);
  if (window && *window < 1) {
    config.Refuse(kWindowKey, std::to_string(*window), "a number of tokens from 1 on");
  }
  const std::optional<bool> list_slides = ListSlides(config, num_layers);
  if (list_slides) {
    if (!*list_slides) return std::nullopt;
    if (says_use && !use) {
      config.Refuse(kUseKey, "false", "true beside layer_types with sliding_attention");
    }
    if (!window) config.Refuse(kWindowKey, "missing", "the window of sliding_attention");
    return window;
  }
  if (says_use && !use) return std::nullopt;
  // Without the switch Qwen3's class forgets the window; others may not.
  if (!says_use && config.StringOr("model_type", "") == "qwen3") return std::nullopt;
  const bool none_slides = use && !only_all_layers && first >= num_layers;
  return none_slides ? std::nullopt : window;
}

void CheckAttentionWindow(const std::string& file, std::optional<int64_t> window,
                          int64_t positions) {
  if (!window || *window >= positions) return;
  ThrowBadInput(file + ": key sliding_window is " + std::to_string(*window) +
                ", expected none or at least " + std::to_string(positions) +
                ", so that every token sees all before it: shorter windows are not supported");
}

}  // namespace dsb
