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
  explicit NullBackend(const NullOptions& options) : options_(options) {}

  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override {
    RenderedPrompt prompt;
    for (const ChatMessage& message : conversation) {
      for (const char c : message.content) prompt.ids.push_back(static_cast<unsigned char>(c));
    }
    return prompt;
  }
  std::string AnswerText(std::span<const int32_t> ids, int64_t /*num_tokens*/) const override {
    std::string text;
    for (const int32_t id : ids) text.push_back(static_cast<char>(id));
    return text;
  }
  std::vector<int32_t> stop_tokens() const override { return {}; }
  int64_t vocab_size() const override { return kVocabSize; }
  int64_t max_context_tokens() const override { return kContextTokens; }
  std::optional<ArtifactRecord> target() const override { return std::nullopt; }

  BackendArm MakeArm(const ArmOptions& arm, const ArmRoom& room, Clock& clock) override {
    NullEngineOptions engine;
    engine.draft_length = arm.draft_length;
    engine.max_concurrency = room.max_concurrency;
    engine.max_context_tokens = room.context_tokens;
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
};

}  // namespace

std::unique_ptr<Backend> MakeNullBackend(const NullOptions& options) {
  return std::make_unique<NullBackend>(options);
}

}  // namespace dsb
