// A target of Qwen3-0.6B's shape with random weights, from a Hugging Face folder that the test
// writes: it loads, its memory is the weights' and little more, prefill in pieces and decoding give
// finite, repeatable logits. Prints what it took; no claim rests on the times.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/temporary_folder.h"
#include "base/thread_pool.h"
#include "engines/target_model/target_runner.h"
#include "kernels/vocabulary_row.h"

namespace dsb {
namespace {

constexpr int64_t kLayers = 28, kHidden = 1024, kHeads = 16, kKvHeads = 8, kHeadDim = 128,
                  kMlp = 3072, kVocab = 151936;

std::vector<std::pair<std::string, std::vector<int64_t>>> Tensors() {
  std::vector<std::pair<std::string, std::vector<int64_t>>> tensors = {
      {"model.embed_tokens.weight", {kVocab, kHidden}}, {"model.norm.weight", {kHidden}}};
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    const auto add = [&](const char* name, std::vector<int64_t> shape) {
      tensors.emplace_back(prefix + name, std::move(shape));
    };
    add("input_layernorm.weight", {kHidden});
    add("post_attention_layernorm.weight", {kHidden});
    add("self_attn.q_norm.weight", {kHeadDim});
    add("self_attn.k_norm.weight", {kHeadDim});
    add("self_attn.q_proj.weight", {kHeads * kHeadDim, kHidden});
    add("self_attn.k_proj.weight", {kKvHeads * kHeadDim, kHidden});
    add("self_attn.v_proj.weight", {kKvHeads * kHeadDim, kHidden});
    add("self_attn.o_proj.weight", {kHidden, kHeads * kHeadDim});
    add("mlp.gate_proj.weight", {kMlp, kHidden});
    add("mlp.up_proj.weight", {kMlp, kHidden});
    add("mlp.down_proj.weight", {kHidden, kMlp});
  }
  return tensors;
}

int64_t Elements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// bf16 halves of values in +-[2^-6, 2^-5), or 1.0 for a norm: finite whatever the bits are.
void FillTensor(bool norm, int64_t count, uint64_t& state, std::ofstream& file) {
  std::vector<uint16_t> values;
  for (int64_t done = 0; done < count; done += static_cast<int64_t>(values.size())) {
    values.resize(static_cast<size_t>(std::min<int64_t>(count - done, 1 << 20)));
    for (uint16_t& value : values) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto bits = static_cast<uint16_t>(state >> 48);
      value = norm ? uint16_t{0x3F80} : static_cast<uint16_t>((bits & 0x807F) | 0x3C80);
    }
    file.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(uint16_t)));
  }
}

// Bytes of tensor data written to `folder`.
int64_t WriteModel(const std::string& folder) {
  std::ofstream(folder + "/config.json")
      << nlohmann::json{{"model_type", "qwen3"},         {"hidden_size", kHidden},
                        {"intermediate_size", kMlp},     {"num_hidden_layers", kLayers},
                        {"num_attention_heads", kHeads}, {"num_key_value_heads", kKvHeads},
                        {"head_dim", kHeadDim},          {"vocab_size", kVocab},
                        {"rms_norm_eps", 1e-6},          {"rope_theta", 1000000.0},
                        {"tie_word_embeddings", true},   {"max_position_embeddings", 40960}}
             .dump();
  nlohmann::json header;
  int64_t bytes = 0;
  for (const auto& [name, shape] : Tensors()) {
    const int64_t end = bytes + 2 * Elements(shape);
    header[name] = {{"dtype", "BF16"}, {"shape", shape}, {"data_offsets", {bytes, end}}};
    bytes = end;
  }
  const std::string text = header.dump();
  const uint64_t length = text.size();
  std::ofstream file(folder + "/model.safetensors", std::ios::binary);
  file.write(reinterpret_cast<const char*>(&length), sizeof length);
  file << text;
  uint64_t state = 1;
  for (const auto& [name, shape] : Tensors()) {
    FillTensor(shape.size() == 1, Elements(shape), state, file);
  }
  EXPECT_TRUE(file.flush());
  return bytes;
}

// Private memory of this process (what the kernel calls RssAnon) in bytes: mapped files left out.
int64_t PrivateBytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("RssAnon:")) return 1024 * std::stoll(line.substr(8));
  }
  return 0;
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::vector<float> Forward(TargetRunner& runner, int32_t slot, int32_t position,
                           std::span<const int32_t> tokens) {
  const TargetInput input = {
      .slot = slot, .first_position = position, .tokens = tokens, .num_logit_rows = 1};
  runner.Forward(std::span(&input, 1));
  const std::span<const float> logits = runner.Logits(0, 0);
  return {logits.begin(), logits.end()};
}

TEST(FullSize, QwenOfSixHundredMillionLoadsAndDecodes) {
  const TemporaryFolder folder;
  if (std::filesystem::space(folder.path()).available < (uint64_t{3} << 30)) {
    GTEST_SKIP() << "less than 3 GiB free in " << folder.path();
  }
  const int64_t file_bytes = WriteModel(folder.path());
  const int64_t before_bytes = PrivateBytes();
  const Stopwatch load;
  const auto target = TargetModel::FromFolder(folder.path(), WeightMode::kStored);
  const double load_s = load.seconds();
  const int64_t weight_bytes = PrivateBytes() - before_bytes;
  ThreadPool pool(2);
  TargetRunner runner(target, {.num_slots = 2, .context_tokens = 192, .feature_layers = {}}, pool);
  std::vector<int32_t> prompt;
  for (int32_t i = 0; i < 64; ++i) prompt.push_back((i * 7919 + 13) % kVocab);
  const Stopwatch prefill;
  std::vector<float> logits = Forward(runner, 0, 0, prompt);
  const double prefill_s = prefill.seconds();
  ASSERT_TRUE(AllFinite(logits));
  Forward(runner, 1, 0, std::span(prompt).first(40));
  EXPECT_EQ(Forward(runner, 1, 40, std::span(prompt).subspan(40)), logits);
  constexpr int32_t kDecoded = 8;
  const Stopwatch decode;
  for (int32_t i = 0; i < kDecoded; ++i) {
    const int32_t token = ArgMax(logits);
    logits = Forward(runner, 0, 64 + i, std::span(&token, 1));
    ASSERT_TRUE(AllFinite(logits));
  }
  const double decode_s = decode.seconds();
  std::printf(
      "file %.2f GB, packed weights %.2f GB, process %.2f GB private; load %.1f s, prefill %.1f "
      "tokens/s, decode %.2f tokens/s\n",
      static_cast<double>(file_bytes) / 1e9, static_cast<double>(weight_bytes) / 1e9,
      static_cast<double>(PrivateBytes()) / 1e9, load_s, 64 / prefill_s, kDecoded / decode_s);
  EXPECT_NEAR(static_cast<double>(target->weight_bytes_per_pass()), static_cast<double>(file_bytes),
              0.01 * static_cast<double>(file_bytes));
  // Beside the weights: cosines and sines, and each matrix rounded up to whole huge pages.
  EXPECT_LT(static_cast<double>(weight_bytes), 1.10 * static_cast<double>(file_bytes));
}

}  // namespace
}  // namespace dsb
