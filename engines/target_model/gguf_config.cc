#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/target_model/model_config.h"
#include "engines/target_model/rope_frequencies.h"

namespace dsb {
namespace {

constexpr int64_t kMaxCount = int64_t{1} << 20;

// Keys behind the architecture's name.
class Reader {
 public:
  Reader(const GgufFile& file, std::string architecture)
      : file_(file), prefix_(std::move(architecture) + ".") {}

  [[noreturn]] void Refuse(const std::string& key, const std::string& found,
                           const std::string& expected) const {
    ThrowBadInput(file_.path() + ": key " + prefix_ + key + " is " + found + ", expected " +
                  expected);
  }
  bool Has(const std::string& key) const { return file_.Has(prefix_ + key); }
  int64_t Count(const std::string& key) const { return Checked(key, file_.Int(prefix_ + key)); }
  int64_t CountOr(const std::string& key, int64_t otherwise) const {
    return Has(key) ? Count(key) : otherwise;
  }
  // One number, or an array with that number for every layer.
  int64_t LayerCount(const std::string& key, int64_t num_layers) const {
    if (!file_.IsArray(prefix_ + key)) return Count(key);
    const std::vector<int64_t>& values = file_.Ints(prefix_ + key);
    if (static_cast<int64_t>(values.size()) != num_layers) {
      Refuse(key, "an array of " + std::to_string(values.size()),
             "one number, or one for each of " + std::to_string(num_layers) + " layers");
    }
    for (const int64_t value : values) {
      if (value == values.front()) continue;
      Refuse(key,
             "an array with " + std::to_string(values.front()) + " and " + std::to_string(value),
             "the same number for every layer");
    }
    return Checked(key, values.front());
  }
  double FloatBetween(const std::string& key, double low, double high,
                      std::optional<double> otherwise = {}) const {
    const std::string name = prefix_ + key;
    const double value = otherwise ? file_.FloatOr(name, *otherwise) : file_.Float(name);
    if (!(value > low && value < high)) {
      Refuse(key, std::to_string(value),
             "a number above " + std::to_string(low) + " and below " + std::to_string(high));
    }
    return value;
  }
  std::string StringOr(const std::string& key, const std::string& otherwise) const {
    return file_.StringOr(prefix_ + key, otherwise);
  }

 private:
  int64_t Checked(const std::string& key, int64_t value) const {
    if (value < 1 || value > kMaxCount) Refuse(key, std::to_string(value), "1 to 1048576");
    return value;
  }
  const GgufFile& file_;
  const std::string prefix_;
};

// As the format's own reader has it: a factor without a type is linear, one with "none" is unused.
RopeScaling Scaling(const Reader& reader) {
  const std::string type = reader.StringOr("rope.scaling.type", "linear");
  if (type != "linear" && type != "none") {
    reader.Refuse("rope.scaling.type", Quoted(type), "none or linear");
  }
  std::optional<double> factor;
  for (const char* key : {"rope.scale_linear", "rope.scaling.factor"}) {
    if (!reader.Has(key)) continue;
    const double value = reader.FloatBetween(key, 0, 1e6);
    if (factor && *factor != value) {
      reader.Refuse(key, std::to_string(value),
                    "what rope.scale_linear says, " + std::to_string(*factor));
    }
    factor = value;
  }
  if (type == "none" || !factor) return {};
  return {.type = RopeScaling::Type::kLinear, .factor = *factor};
}

std::vector<float> Frequencies(const GgufFile& file, const Reader& reader, int64_t head_dim) {
  const double theta = reader.FloatBetween("rope.freq_base", 0, 1e30, 10000.0);
  std::vector<float> frequencies = RopeFrequencies(head_dim, theta, Scaling(reader));
  // Llama 3.1 files carry their scaling as divisors.
  const StoredTensor* divisors = file.Find("rope_freqs.weight");
  if (divisors == nullptr) return frequencies;
  const auto place = [&] { return file.path() + ": tensor rope_freqs.weight: "; };
  if (divisors->type != TensorType::kF32 || divisors->shape != std::vector{head_dim / 2}) {
    ThrowBadInput(place() + "expected F32 of " + std::to_string(head_dim / 2) + " elements");
  }
  std::vector<float> values(frequencies.size());
  DequantizeRow(divisors->type, divisors->bytes.data(), values);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0) || !std::isfinite(values[i])) {
      ThrowBadInput(place() + "element " + std::to_string(i) + " is " + std::to_string(values[i]) +
                    ", expected a finite number above 0: frequencies are divided by it");
    }
    frequencies[i] /= values[i];
  }
  return frequencies;
}

void ReadShape(const Reader& reader, int64_t num_layers, LayerShape& shape) {
  shape.hidden = reader.Count("embedding_length");
  shape.num_heads = reader.LayerCount("attention.head_count", num_layers);
  shape.num_kv_heads = reader.Has("attention.head_count_kv")
                           ? reader.LayerCount("attention.head_count_kv", num_layers)
                           : shape.num_heads;
  if (shape.num_heads % shape.num_kv_heads != 0) {
    reader.Refuse("attention.head_count_kv", std::to_string(shape.num_kv_heads),
                  "a divisor of the head count " + std::to_string(shape.num_heads));
  }
  shape.head_dim =
      reader.CountOr("attention.key_length", std::max<int64_t>(shape.hidden / shape.num_heads, 1));
  if (shape.head_dim % 2 != 0) {
    reader.Refuse("attention.key_length", std::to_string(shape.head_dim), "an even number");
  }
  for (const char* key : {"rope.dimension_count", "attention.value_length"}) {
    const int64_t size = reader.CountOr(key, shape.head_dim);
    if (size == shape.head_dim) continue;
    reader.Refuse(key, std::to_string(size), "the head size " + std::to_string(shape.head_dim));
  }
  shape.mlp = reader.LayerCount("feed_forward_length", num_layers);
  shape.norm_epsilon =
      static_cast<float>(reader.FloatBetween("attention.layer_norm_rms_epsilon", 0, 1));
}

void CheckWindow(const Reader& reader, int64_t context_tokens) {
  const int64_t window = reader.CountOr("attention.sliding_window", context_tokens);
  if (window >= context_tokens) return;
  reader.Refuse("attention.sliding_window", std::to_string(window),
                "none or at least the context of " + std::to_string(context_tokens) +
                    ": shorter windows are not supported");
}

}  // namespace

ModelConfig ConfigFromGguf(const GgufFile& file) {
  ModelConfig config;
  config.architecture = file.String("general.architecture");
  if (config.architecture != "llama" && config.architecture != "qwen3") {
    ThrowBadInput(file.path() + ": key general.architecture is " + Quoted(config.architecture) +
                  ", expected llama or qwen3");
  }
  if (file.IntOr("split.count", 1) > 1) {
    ThrowBadInput(file.path() + ": key split.count is " + std::to_string(file.Int("split.count")) +
                  ", expected one whole file");
  }
  const Reader reader(file, config.architecture);
  config.qk_norm = config.architecture == "qwen3";
  config.num_layers = reader.Count("block_count");
  ReadShape(reader, config.num_layers, config.shape);
  config.context_tokens = reader.Count("context_length");
  CheckWindow(reader, config.context_tokens);
  const StoredTensor* embedding = file.Find("token_embd.weight");
  if (embedding == nullptr) {
    ThrowBadInput(file.path() + ": tensor token_embd.weight is missing");
  }
  config.vocab_size = embedding->rows();
  const int64_t declared = reader.CountOr("vocab_size", config.vocab_size);
  if (declared != config.vocab_size) {
    reader.Refuse("vocab_size", std::to_string(declared),
                  std::to_string(config.vocab_size) + ", the rows of token_embd.weight");
  }
  config.tied_head = file.Find("output.weight") == nullptr;
  config.rope_frequencies = Frequencies(file, reader, config.shape.head_dim);
  return config;
}

}  // namespace dsb
