#include <algorithm>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/target_model/hf_config.h"
#include "engines/target_model/hf_keys.h"
#include "engines/target_model/rope_frequencies.h"

namespace dsb {
namespace {

constexpr double kClassTheta = 10000;  // of LlamaConfig and Qwen3Config
constexpr double kMostTheta = 1e30;

// The object that says how frequencies are scaled; none: they are not.
std::optional<JsonConfig> ScalingOf(const JsonConfig& config) {
  // transformers 5 keeps theta and scaling together; older files have rope_theta and rope_scaling.
  std::optional<JsonConfig> together = config.Object("rope_parameters");
  std::optional<JsonConfig> apart = config.Object("rope_scaling");
  if (together && apart && config.Value("rope_parameters") != config.Value("rope_scaling")) {
    config.Refuse("rope_scaling", config.Value("rope_scaling"),
                  "what rope_parameters says, " + config.Value("rope_parameters"));
  }
  return together ? std::move(together) : std::move(apart);
}

double ReadTheta(const JsonConfig& config, const std::optional<JsonConfig>& scaling,
                 MissingTheta missing) {
  constexpr char kKey[] = "rope_theta";
  const bool outer = config.Has(kKey), inner = scaling && scaling->Has(kKey);
  if (outer && inner && config.Float(kKey) != scaling->Float(kKey)) {
    config.Refuse(kKey, config.Value(kKey),
                  "the one of " + scaling->name() + ", " + scaling->Value(kKey));
  }
  if (!outer && !inner) {
    if (missing == MissingTheta::kClassDefault) return kClassTheta;
    config.Refuse(kKey, "missing", "a number: engines disagree about its default");
  }
  const JsonConfig& where = inner ? *scaling : config;
  const double theta = where.Float(kKey);
  if (!(theta > 0 && theta < kMostTheta)) {
    where.Refuse(kKey, where.Value(kKey), "a number above 0 and below 1e30");
  }
  return theta;
}

// rope_type, or its older name.
std::string ReadType(const JsonConfig& scaling) {
  const std::string older = scaling.StringOr("type", "default");
  const std::string type = scaling.StringOr("rope_type", older);
  if (scaling.Has("type") && type != older) {
    scaling.Refuse("type", Quoted(older), "what rope_type says, " + Quoted(type));
  }
  return type;
}

double Factor(const JsonConfig& scaling, const char* key) {
  constexpr double kMost = 1e9;
  const double value = scaling.Float(key);
  if (!(value > 0 && value < kMost)) {
    scaling.Refuse(key, scaling.Value(key), "a number above 0 and below 1e9");
  }
  return value;
}

RopeScaling Llama3Scaling(const JsonConfig& scaling) {
  const RopeScaling read = {
      .type = RopeScaling::Type::kLlama3,
      .factor = Factor(scaling, "factor"),
      .low_freq_factor = Factor(scaling, "low_freq_factor"),
      .high_freq_factor = Factor(scaling, "high_freq_factor"),
      .original_context = Factor(scaling, "original_max_position_embeddings")};
  if (!(read.high_freq_factor > read.low_freq_factor)) {
    scaling.Refuse("high_freq_factor", scaling.Value("high_freq_factor"),
                   "more than low_freq_factor " + scaling.Value("low_freq_factor"));
  }
  return read;
}

RopeScaling ReadScaling(const JsonConfig& scaling) {
  const std::string type = ReadType(scaling);
  const std::vector<std::string> known = RopeTypes();
  if (std::find(known.begin(), known.end(), type) == known.end()) {
    scaling.Refuse("rope_type", Quoted(type), "default, linear or llama3");
  }
  CheckKeys(scaling, RopeKeys(type));
  if (type == "llama3") return Llama3Scaling(scaling);
  if (type == "default") return {};
  return {.type = RopeScaling::Type::kLinear, .factor = Factor(scaling, "factor")};
}

}  // namespace

std::vector<float> RopeFrequenciesFromConfig(const JsonConfig& config, int64_t head_dim,
                                             MissingTheta missing) {
  const std::optional<JsonConfig> scaling = ScalingOf(config);
  if (scaling) scaling->RefuseNull({"rope_theta", "rope_type", "type"});
  const RopeScaling read = scaling ? ReadScaling(*scaling) : RopeScaling{};
  return RopeFrequencies(head_dim, ReadTheta(config, scaling, missing), read);
}

}  // namespace dsb
