#include <string>
#include <utility>

#include "base/error.h"
#include "harness/backends/backend.h"
#include "harness/backends/null_engine.h"

namespace dsb {
namespace {

constexpr int32_t kContextTokens = 8192;
constexpr int32_t kVocabSize = 256;

class NullBackend : public Backend {
 public:
  NullBackend(const NullOptions& options, int32_t concurrency)
      : options_(options), concurrency_(concurrency) {}

  std::vector<int32_t> EncodePrompt(std::string_view user_text) const override {
    std::vector<int32_t> ids;
    ids.reserve(user_text.size());
    for (const char c : user_text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }
  std::vector<int32_t> stop_tokens() const override { return {}; }
  int64_t vocab_size() const override { return kVocabSize; }
  int64_t max_context_tokens() const override { return kContextTokens; }
  std::optional<ArtifactRecord> target() const override { return std::nullopt; }
  bool is_real() const override { return false; }

  BackendArm MakeArm(const ArmOptions& arm, int32_t context_tokens, Clock& clock) override {
    NullEngineOptions engine;
    engine.draft_length = arm.draft_length;
    engine.max_concurrency = concurrency_;
    engine.max_context_tokens = context_tokens;
    engine.vocab_size = kVocabSize;
    engine.step_ns = options_.null_step_us * 1000;
    engine.noise_seed = static_cast<uint64_t>(options_.null_noise_seed);
    engine.acceptance_noise = options_.null_noise_seed != 0 ? 0.2 : 0;
    engine.accepted_cut = options_.null_accepted_cut;
    engine.fail_at_step = options_.null_fail_step;
    return {std::make_unique<NullEngine>(engine, clock), std::nullopt};
  }

 private:
  const NullOptions options_;
  const int32_t concurrency_;
};

}  // namespace

std::unique_ptr<Backend> MakeNullBackend(const NullOptions& options, int32_t concurrency) {
  return std::make_unique<NullBackend>(options, concurrency);
}

}  // namespace dsb
