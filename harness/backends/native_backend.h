// The backend of the native engine: one loaded target and one thread pool, shared by the arms.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "engines/native/native_factory.h"
#include "harness/backends/backend.h"
#include "harness/backends/device_backend.h"
#include "harness/backends/scheduling_files.h"

namespace dsb {

class NativeBackend : public Backend {
 public:
  // Reads options.target, after it made sure of options.device; the drafters are read by MakeArm.
  // kResource and kBadInput as LoadTarget.
  explicit NativeBackend(const ModelOptions& options);
  std::string AnswerText(std::span<const int32_t> ids, int64_t num_tokens) const override;
  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override;
  std::optional<std::string> prompt_form() const override {
    return ChatFormatName(target_->chat_format);
  }
  std::vector<int32_t> stop_tokens() const override { return target_->stop_tokens; }
  int64_t vocab_size() const override { return target_->vocab_size; }
  int64_t max_context_tokens() const override { return target_->max_context_tokens; }
  std::optional<ArtifactRecord> target() const override;
  ModelHashes target_hashes() const override;
  bool uses_gpu() const override { return device_kind_ == DeviceKind::kCuda; }
  BackendArm MakeArm(const ArmOptions& options, const ArmRoom& room, Clock& clock) override;

  const Tokenizer& tokenizer() const { return *target_->tokenizer; }
  const LoadedTarget& loaded_target() const { return *target_; }
  ThreadPool& pool() { return pool_; }

 private:
  // The policy's files, once the engine knows its drafter; the arm outlives the call.
  void CompletePolicy(const ModelFolder& drafter, const std::string& drafter_name,
                      const DrafterFacts& facts, PolicyOptions& policy, BackendArm& arm) const;

  const ModelOptions options_;
  const SchedulingFiles scheduling_files_;
  const DeviceKind device_kind_;
  std::shared_ptr<const LoadedTarget> target_;
  ThreadPool pool_;
  std::unique_ptr<DeviceBackend> device_;  // null: the CPU
  std::set<std::string> warned_of_;        // drafters' folders
};

// On standard error, a line each.
void PrintModelWarnings(const std::string& path, const std::vector<std::string>& warnings);

}  // namespace dsb
