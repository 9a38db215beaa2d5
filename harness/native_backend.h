// The backend of the native engine: one loaded target and one thread pool, shared by the arms.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "engines/native_engine.h"
#include "harness/backend.h"

namespace dsb {

class NativeBackend : public Backend {
 public:
  // Reads options.target; the drafters are read by MakeArm. kResource and kBadInput as LoadTarget.
  explicit NativeBackend(const RunOptions& options);
  std::vector<int32_t> EncodePrompt(std::string_view user_text) const override;
  std::vector<int32_t> stop_tokens() const override { return target_->stop_tokens; }
  int64_t vocab_size() const override { return target_->vocab_size; }
  int64_t max_context_tokens() const override { return target_->max_context_tokens; }
  std::optional<ArtifactRecord> target() const override;
  bool is_real() const override { return true; }
  BackendArm MakeArm(const std::string& drafter, int32_t context_tokens, Clock& clock) override;

  const Tokenizer& tokenizer() const { return *target_->tokenizer; }

 private:
  const RunOptions options_;
  std::shared_ptr<const LoadedTarget> target_;
  ThreadPool pool_;
};

}  // namespace dsb
