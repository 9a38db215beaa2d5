#include "kernels/cuda/bench/vocabulary_case.h"

#include <algorithm>

#include "kernels/cuda/bench/device_data.h"
#include "kernels/cuda/markov/markov.h"
#include "kernels/cuda/sampling/verify.h"

namespace dsb::bench {
namespace {

constexpr int32_t kRank = 128;  // of W1 and W2 in the shipped drafter

// Zeroed device memory of a round.
template <class T>
class Zeros {
 public:
  explicit Zeros(int64_t count) : buffer_(count, "a benchmark's round") {
    cuda::FillZero(buffer_.data(), count, nullptr);
    cuda::Synchronize(nullptr);
  }
  T* data() { return buffer_.data(); }

 private:
  cuda::DeviceBuffer<T> buffer_;
};

struct RoundData {
  explicit RoundData(const PassShape& shape)
      : vocab(static_cast<int32_t>(shape.model.vocab)),
        length(static_cast<int32_t>(shape.num_rows) - 1),
        block(std::max(1, length)),
        requests(1),
        first_rows(1),
        lengths(1),
        tokens(block),
        indices(block),
        num_drafted(1),
        results(1),
        logits(shape.num_rows * shape.model.vocab),
        laws(block * shape.model.vocab),
        verify_workspace(cuda::VerifyWorkspaceBytes(1, block)) {
    const cuda::RoundRequest request{.slot = 0, .max_drafts = length};
    cuda::CopyToDevice(requests.data(), &request, 1, nullptr);
    cuda::CopyToDevice(lengths.data(), &length, 1, nullptr);
    cuda::Synchronize(nullptr);
  }
  cuda::DraftRows drafts() {
    return {.num_requests = 1,
            .block = block,
            .draft_vocab = vocab,
            .laws = laws.data(),
            .law_stride = vocab,
            .tokens = tokens.data(),
            .draft_indices = indices.data(),
            .num_drafted = num_drafted.data()};
  }

  int32_t vocab;
  int32_t length;
  int32_t block;
  Zeros<cuda::RoundRequest> requests;
  Zeros<int32_t> first_rows, lengths, tokens, indices, num_drafted;
  Zeros<cuda::VerifyResult> results;
  DeviceFloats logits, laws;
  Zeros<std::byte> verify_workspace;
};

OpCase VerifyCase(const PassShape& shape, const std::shared_ptr<RoundData>& data) {
  OpCase out{.op = "verify",
             .per_pass = 1,
             .bytes = 4 * shape.num_rows * shape.model.vocab,
             .operations = 2.0 * static_cast<double>(shape.num_rows * shape.model.vocab)};
  if (data == nullptr) return out;
  out.launch = [data](int64_t, cuda::Stream stream) {
    cuda::DraftRows drafts = data->drafts();
    drafts.laws = nullptr;  // greedy: the tokens are all that is read of the drafts
    cuda::VerifyRounds({.requests = data->requests.data(),
                        .num_requests = 1,
                        .logits = data->logits.data(),
                        .logit_stride = data->vocab,
                        .vocab = data->vocab,
                        .first_rows = data->first_rows.data(),
                        .lengths = data->lengths.data(),
                        .max_length = data->block,
                        .drafts = drafts,
                        .workspace = {.memory = data->verify_workspace.data(), .max_requests = 1},
                        .results = data->results.data()},
                       stream);
  };
  return out;
}

OpCase MarkovCase(const PassShape& shape, const std::shared_ptr<RoundData>& data) {
  const int64_t vocab = shape.model.vocab;
  const int64_t length = shape.num_rows - 1;
  OpCase out{.op = "markov block",
             .per_pass = 1,
             .bytes = length * vocab * (2 * kRank + 8),  // W2, logits in and out
             .operations = 2.0 * static_cast<double>(length * vocab * kRank)};
  if (data == nullptr) return out;
  struct Weights {
    DeviceBytes w1, w2;
    std::unique_ptr<Zeros<std::byte>> workspace;
    cuda::MarkovWeights view;
  };
  auto weights = std::make_shared<Weights>(Weights{DeviceBytes(vocab * kRank * 2),
                                                   DeviceBytes((vocab + 31) / 32 * 32 * kRank * 2),
                                                   nullptr, cuda::MarkovWeights{.rank = kRank}});
  const auto rows = static_cast<int32_t>(vocab);
  weights->view.w1 = {weights->w1.data(), cuda::ValueType::kBf16, rows, kRank};
  weights->view.w2 = {weights->w2.data(), cuda::ValueType::kBf16, rows, kRank};
  weights->workspace = std::make_unique<Zeros<std::byte>>(
      cuda::MarkovWorkspaceBytes(1, data->block, weights->view, rows));
  out.launch = [data, weights](int64_t, cuda::Stream stream) {
    cuda::MarkovBlock({.weights = weights->view,
                       .drafts = data->drafts(),
                       .requests = data->requests.data(),
                       .workspace = weights->workspace->data(),
                       .max_requests = 1},
                      stream);
  };
  return out;
}

}  // namespace

std::vector<OpCase> VocabularyOps(const PassShape& shape, bool allocate) {
  const auto data = allocate ? std::make_shared<RoundData>(shape) : nullptr;
  std::vector<OpCase> out{VerifyCase(shape, data)};
  if (shape.num_rows > 1) out.push_back(MarkovCase(shape, data));
  return out;
}

}  // namespace dsb::bench
