// Where a run's engines come from: the native target with its drafters, or the null engine of the
// self-test. One backend per run, one engine per arm; the arms never step at the same time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "harness/options/model_options.h"
#include "harness/options/null_options.h"
#include "results/records.h"

namespace dsb {

struct BackendArm {
  std::unique_ptr<Engine> engine;
  std::optional<ArtifactRecord> drafter;  // its file, if it has one
};

class Backend {
 public:
  virtual ~Backend() = default;
  // Token ids of a conversation with one user message, generation prompt included. kBadInput on
  // invalid UTF-8.
  virtual std::vector<int32_t> EncodePrompt(std::string_view user_text) const = 0;
  virtual std::vector<int32_t> stop_tokens() const = 0;
  virtual int64_t vocab_size() const = 0;
  virtual int64_t max_context_tokens() const = 0;            // the model's own limit
  virtual std::optional<ArtifactRecord> target() const = 0;  // its file, if it has one
  virtual bool is_real() const = 0;  // false: the results say nothing about a model
  virtual bool uses_gpu() const { return false; }
  // `context_tokens` per sequence. `clock` outlives the engine. kBadInput on an unknown or
  // unfitting drafter.
  virtual BackendArm MakeArm(const ArmOptions& arm, int32_t context_tokens, Clock& clock) = 0;
};

// Loads the target. kResource if a file is missing, kBadInput if one is not what it should be.
// `concurrency`: requests in flight at most.
std::unique_ptr<Backend> MakeNativeBackend(const ModelOptions& options, int32_t concurrency);
// Bytes as tokens; any drafter name but none drafts scripted tokens.
std::unique_ptr<Backend> MakeNullBackend(const NullOptions& options, int32_t concurrency);

}  // namespace dsb
