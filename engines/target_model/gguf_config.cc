#include <cmath>
#include <string>

#include "base/error.h"
#include "engines/target_model/model_config.h"
#include "engines/target_model/rope_frequencies.h"

namespace dsb {
namespace {

constexpr int64_t kMaxCount = int64_t{1} << 20;

class Reader {
 public:
  explicit Reader(const GgufFile& file) : file_(file) {}

  [[noreturn]] void Refuse(const std::string& key, const std::string& found,
                           const std::string& expected) const {
    ThrowBadInput(file_.path() + ": key " + key + " is " + found + ", expected " + expected);
  }
  int64_t Count(const std::string& key) const { return Checked(key, file_.Int(key)); }
  int64_t CountOr(const std::string& key, int64_t otherwise) const {
    return Checked(key, file_.IntOr(key, otherwise));
  }
  double FloatBetween(const std::string& key, double value, double low, double high) const {
    if (!(value > low && value < high)) {
      Refuse(key, std::to_string(value),
             "a number above " + std::to_string(low) + " and below " + std::to_string(high));
    }
    return value;
  }

 private:
  int64_t Checked(const std::string& key, int64_t value) const {
    if (value < 1 || value > kMaxCount) Refuse(key, std::to_string(value), "1 to 1048576");
    return value;
  }
  const GgufFile& file_;
};

std::vector<float> Frequencies(const GgufFile& file, const Reader& reader, int64_t head_dim) {
  const double theta = reader.FloatBetween("llama.rope.freq_base",
                                           file.FloatOr("llama.rope.freq_base", 10000.0), 0, 1e30);
  RopeScaling scaling;
  const std::string type = file.StringOr("llama.rope.scaling.type", "none");
  if (type == "linear") {
    scaling.type = RopeScaling::Type::kLinear;
    scaling.factor = reader.FloatBetween("llama.rope.scaling.factor",
                                         file.Float("llama.rope.scaling.factor"), 0, 1e6);
  } else if (type != "none") {
    reader.Refuse("llama.rope.scaling.type", "\"" + type + "\"", "none or linear");
  }
  std::vector<float> frequencies = RopeFrequencies(head_dim, theta, scaling);
  // Llama 3.1 files carry their scaling as divisors.
  if (const StoredTensor* divisors = file.Find("rope_freqs.weight")) {
    if (divisors->type != TensorType::kF32 || divisors->shape != std::vector{head_dim / 2}) {
      ThrowBadInput(file.path() + ": tensor rope_freqs.weight: expected F32 of " +
                    std::to_string(head_dim / 2) + " elements");
    }
    std::vector<float> values(frequencies.size());
    DequantizeRow(divisors->type, divisors->bytes.data(), values);
    for (size_t i = 0; i < values.size(); ++i) frequencies[i] /= values[i];
  }
  return frequencies;
}

}  // namespace

ModelConfig ConfigFromGguf(const GgufFile& file) {
  const Reader reader(file);
  ModelConfig config;
  config.architecture = file.String("general.architecture");
  if (config.architecture != "llama") {
    reader.Refuse("general.architecture", "\"" + config.architecture + "\"", "llama");
  }
  if (file.IntOr("split.count", 1) > 1) {
    reader.Refuse("split.count", std::to_string(file.Int("split.count")), "one whole file");
  }
  if (file.IntOr("llama.expert_count", 0) > 0) {
    reader.Refuse("llama.expert_count", std::to_string(file.Int("llama.expert_count")),
                  "0 (dense models only)");
  }
  LayerShape& shape = config.shape;
  shape.hidden = reader.Count("llama.embedding_length");
  shape.num_heads = reader.Count("llama.attention.head_count");
  shape.num_kv_heads = reader.CountOr("llama.attention.head_count_kv", shape.num_heads);
  if (shape.num_heads % shape.num_kv_heads != 0) {
    reader.Refuse("llama.attention.head_count_kv", std::to_string(shape.num_kv_heads),
                  "a divisor of the head count " + std::to_string(shape.num_heads));
  }
  shape.head_dim = reader.CountOr("llama.attention.key_length",
                                  std::max<int64_t>(shape.hidden / shape.num_heads, 1));
  if (shape.head_dim % 2 != 0) {
    reader.Refuse("llama.attention.key_length", std::to_string(shape.head_dim), "an even number");
  }
  const int64_t rotated = reader.CountOr("llama.rope.dimension_count", shape.head_dim);
  if (rotated != shape.head_dim) {
    reader.Refuse("llama.rope.dimension_count", std::to_string(rotated),
                  "the head size " + std::to_string(shape.head_dim));
  }
  shape.mlp = reader.Count("llama.feed_forward_length");
  shape.norm_epsilon = static_cast<float>(
      reader.FloatBetween("llama.attention.layer_norm_rms_epsilon",
                          file.Float("llama.attention.layer_norm_rms_epsilon"), 0, 1));
  config.num_layers = reader.Count("llama.block_count");
  config.context_tokens = reader.Count("llama.context_length");
  const StoredTensor* embedding = file.Find("token_embd.weight");
  if (embedding == nullptr) {
    ThrowBadInput(file.path() + ": tensor token_embd.weight is missing");
  }
  config.vocab_size = embedding->rows();
  const int64_t declared = reader.CountOr("llama.vocab_size", config.vocab_size);
  if (declared != config.vocab_size) {
    reader.Refuse("llama.vocab_size", std::to_string(declared),
                  std::to_string(config.vocab_size) + ", the rows of token_embd.weight");
  }
  config.tied_head = file.Find("output.weight") == nullptr;
  config.rope_frequencies = Frequencies(file, reader, shape.head_dim);
  return config;
}

}  // namespace dsb
