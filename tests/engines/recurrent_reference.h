// The one-layer drafters in double, straight from drafters.md 3 and 4: every row recomputed for
// every step, no cache. Reads a made-up checkpoint's tensors. Not part of the product.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/engines/recurrent_world.h"

namespace dsb {

class RecurrentReference {
 public:
  using Row = std::vector<double>;

  // `embedding` and `head` are the tables in use, [vocab, hidden] and [draft vocabulary, hidden].
  RecurrentReference(MadeUp kind, const TestCheckpoint& checkpoint, int64_t num_target_layers,
                     std::vector<float> embedding, std::vector<float> head)
      : kind_(kind),
        checkpoint_(checkpoint),
        embedding_(std::move(embedding)),
        head_(std::move(head)) {
    const std::string deep = "model.layers." + std::to_string(num_target_layers) + ".";
    const bool original = kind == MadeUp::kEagle3Original || kind == MadeUp::kEagle3Normed;
    module_ = kind == MadeUp::kMtpDeepSeek ? deep : "";
    layer_ = kind == MadeUp::kMtpDeepSeek ? deep : original ? "midlayer." : "layers.0.";
    hidden_ = Config("hidden_size");
  }

  // Row i: the target's feature at i and token i + 1.
  void Commit(std::span<const float> feature, int32_t next_token) {
    const Row row(feature.begin(), feature.end());
    states_.push_back(IsEagle3(kind_) ? Product("fc.weight", row) : row);
    tokens_.push_back(next_token);
  }
  // Greedy draft of `count` tokens as draft indices, states and logits; leaves no rows behind.
  struct Block {
    std::vector<int32_t> indices;
    std::vector<float> states, logits;
  };
  Block Draft(int32_t count, std::span<const int32_t> target_ids) {
    const size_t committed = states_.size();
    Block block;
    for (int32_t k = 0; k < count; ++k) {
      const Row state = LastOutput();
      Row logits;
      const Row normed = Norm(FinalNorm(), state);
      for (size_t v = 0; v < head_.size() / hidden_; ++v) {
        double sum = 0;
        for (size_t j = 0; j < hidden_; ++j) {
          sum += static_cast<double>(head_[v * hidden_ + j]) * normed[j];
        }
        logits.push_back(sum);
      }
      const auto best =
          static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
      for (const double value : state) block.states.push_back(static_cast<float>(value));
      for (const double value : logits) block.logits.push_back(static_cast<float>(value));
      block.indices.push_back(best);
      states_.push_back(state);
      tokens_.push_back(target_ids.empty() ? best : target_ids[static_cast<size_t>(best)]);
    }
    states_.resize(committed);
    tokens_.resize(committed);
    return block;
  }

 private:
  size_t Config(const char* key) const { return checkpoint_.config[key].get<size_t>(); }
  const std::vector<float>& Tensor(const std::string& name) const {
    return checkpoint_.tensors.at(name).floats;
  }
  std::string FinalNorm() const {
    return kind_ == MadeUp::kMtpDeepSeek ? module_ + "shared_head.norm.weight" : "norm.weight";
  }

  Row Product(const std::string& name, const Row& input) const {
    const std::vector<float>& matrix = Tensor(name);
    Row output(matrix.size() / input.size());
    for (size_t i = 0; i < output.size(); ++i) {
      for (size_t j = 0; j < input.size(); ++j) {
        output[i] += static_cast<double>(matrix[i * input.size() + j]) * input[j];
      }
    }
    return output;
  }

  Row Norm(const std::string& name, const Row& input) const {
    const std::vector<float>& weight = Tensor(name);
    double squares = 0;
    for (const double value : input) squares += value * value;
    const double scale = 1 / std::sqrt(squares / static_cast<double>(input.size()) +
                                       checkpoint_.config["rms_norm_eps"].get<double>());
    Row output;
    for (size_t i = 0; i < input.size(); ++i) {
      output.push_back(static_cast<double>(weight[i]) * input[i] * scale);
    }
    return output;
  }

  static Row Join(Row a, const Row& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  // Heads of a projection at `position`: normed if the layer has the norm, rotated.
  std::vector<Row> Heads(const std::string& projection, const std::string& norm, const Row& input,
                         size_t position) const {
    const Row flat = Product(layer_ + projection, input);
    const size_t dim = Config("head_dim");
    std::vector<Row> heads;
    for (size_t start = 0; start < flat.size(); start += dim) {
      const auto first = flat.begin() + static_cast<std::ptrdiff_t>(start);
      Row head(first, first + static_cast<std::ptrdiff_t>(dim));
      if (checkpoint_.tensors.contains(layer_ + norm)) head = Norm(layer_ + norm, head);
      Row rotated = head;
      for (size_t i = 0; i < dim / 2 && !norm.empty(); ++i) {
        const double angle =
            static_cast<double>(position) *
            std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(dim));
        rotated[i] = head[i] * std::cos(angle) - head[i + dim / 2] * std::sin(angle);
        rotated[i + dim / 2] = head[i + dim / 2] * std::cos(angle) + head[i] * std::sin(angle);
      }
      heads.push_back(rotated);
    }
    return heads;
  }

  // What the layer adds to, and what its attention reads.
  std::pair<Row, Row> Enter(size_t i) const {
    const auto first =
        embedding_.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(tokens_[i]) * hidden_);
    const Row e(first, first + static_cast<std::ptrdiff_t>(hidden_));
    if (!IsEagle3(kind_)) {
      const Row z = Product(
          module_ + "eh_proj.weight",
          Join(Norm(module_ + "enorm.weight", e), Norm(module_ + "hnorm.weight", states_[i])));
      return {z, Norm(layer_ + "input_layernorm.weight", z)};
    }
    const Row normed = Norm(layer_ + "hidden_norm.weight", states_[i]);
    return {kind_ == MadeUp::kEagle3Normed ? normed : states_[i],
            Join(Norm(layer_ + "input_layernorm.weight", e), normed)};
  }

  Row Attend(size_t last) const {
    const std::vector<Row> queries =
        Heads("self_attn.q_proj.weight", "self_attn.q_norm.weight", Enter(last).second, last);
    std::vector<std::vector<Row>> keys, values;
    for (size_t i = 0; i <= last; ++i) {
      const Row input = Enter(i).second;
      keys.push_back(Heads("self_attn.k_proj.weight", "self_attn.k_norm.weight", input, i));
      values.push_back(Heads("self_attn.v_proj.weight", "", input, i));
    }
    Row joined;
    for (size_t h = 0; h < queries.size(); ++h) {
      const size_t kv = h / (queries.size() / keys[0].size());
      Row weights;
      double sum = 0;
      for (size_t i = 0; i <= last; ++i) {
        double score = 0;
        for (size_t j = 0; j < queries[h].size(); ++j) score += queries[h][j] * keys[i][kv][j];
        weights.push_back(std::exp(score / std::sqrt(static_cast<double>(queries[h].size()))));
        sum += weights.back();
      }
      Row output(queries[h].size());
      for (size_t i = 0; i <= last; ++i) {
        for (size_t j = 0; j < output.size(); ++j) output[j] += weights[i] / sum * values[i][kv][j];
      }
      joined = Join(joined, output);
    }
    return joined;
  }

  Row LastOutput() const {
    const size_t last = states_.size() - 1;
    Row x = Enter(last).first;
    const Row attention = Product(layer_ + "self_attn.o_proj.weight", Attend(last));
    for (size_t j = 0; j < x.size(); ++j) x[j] += attention[j];
    const Row normed = Norm(layer_ + "post_attention_layernorm.weight", x);
    Row gate = Product(layer_ + "mlp.gate_proj.weight", normed);
    const Row up = Product(layer_ + "mlp.up_proj.weight", normed);
    for (size_t j = 0; j < gate.size(); ++j) gate[j] *= up[j] / (1 + std::exp(-gate[j]));
    const Row down = Product(layer_ + "mlp.down_proj.weight", gate);
    for (size_t j = 0; j < x.size(); ++j) x[j] += down[j];
    return x;
  }

  MadeUp kind_;
  const TestCheckpoint& checkpoint_;
  std::vector<float> embedding_, head_;
  std::string module_, layer_;
  size_t hidden_ = 0;
  std::vector<Row> states_;
  std::vector<int32_t> tokens_;
};

}  // namespace dsb
