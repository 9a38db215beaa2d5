// Where a run's engines come from, with all that depends on which: the clock, the form of a prompt,
// the files. One backend per run, one engine per arm; the arms never step at the same time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engines/engine.h"
#include "engines/scheduling/verify_budget.h"
#include "harness/options/model_options.h"
#include "harness/options/null_options.h"
#include "results/records.h"

namespace dsb {

// A model's files as a run's configuration names them (RunConfig); empty: it has none.
struct ModelHashes {
  std::string sha256;           // of the weights; of a target that is a folder: of the main files
  std::string identity_sha256;  // of everything that decides the output; empty: of what sha256 is
};

// A server as a run's configuration has it (RunConfig); all empty: the arm has none.
struct ServerName {
  std::string url, model, text;
};

struct BackendArm {
  std::unique_ptr<Engine> engine;
  std::optional<ArtifactRecord> drafter;  // its files, by their identity, if it has some
  ModelHashes drafter_hashes = {};
  // Files that decide what is verified, by their role: cost_table, calibration.
  std::map<std::string, ArtifactRecord> scheduling_files = {};
  // Of a simulated arm, as its configuration keeps them; empty: none.
  std::string planner_table_sha256 = {}, acceptance = {};
  ServerName server = {};
  std::optional<ArtifactRecord> tokenizer = {};  // that is not a part of the target's files
};

// A conversation as the backend's engines take it: one of the two is filled.
struct RenderedPrompt {
  std::vector<int32_t> ids;
  std::vector<ChatMessage> messages = {};
  int64_t dropped_bytes = 0;  // that the vocabulary cannot spell
};

struct ArmRoom {
  int32_t max_concurrency = 1;
  int32_t context_tokens = 0;  // per sequence
  // In place of the arm's policy: the caller's own budget, to study one.
  std::function<std::unique_ptr<VerifyBudget>()> make_budget = {};
};

class Backend {
 public:
  virtual ~Backend() = default;
  // The clock that its engines' times are on: the machine's, unless time is modelled.
  virtual std::unique_ptr<Clock> MakeClock() const { return std::make_unique<MonotonicClock>(); }
  // What the next answer of `conversation` is asked with. kBadInput on invalid UTF-8.
  virtual RenderedPrompt Render(std::span<const ChatMessage> conversation) const = 0;
  // An answer as the text that a user sees, without end tokens; for the conversation's next turn.
  // Empty where engines deliver no ids: they deliver the text, or there is none.
  virtual std::string AnswerText(std::span<const int32_t> /*ids*/) const { return {}; }
  // How it puts a conversation before the model; none: somebody else does.
  virtual std::optional<std::string> prompt_form() const { return std::nullopt; }
  virtual std::vector<int32_t> stop_tokens() const = 0;
  virtual int64_t vocab_size() const = 0;                    // 0: not known
  virtual int64_t max_context_tokens() const = 0;            // the model's own limit
  virtual std::optional<ArtifactRecord> target() const = 0;  // its files, by their identity
  virtual ModelHashes target_hashes() const { return {}; }
  virtual bool uses_gpu() const { return false; }
  // `clock` outlives the engine. kBadInput on an unknown or unfitting drafter.
  virtual BackendArm MakeArm(const ArmOptions& arm, const ArmRoom& room, Clock& clock) = 0;
};

// Loads the target. kResource if a file is missing, kBadInput if one is not what it should be.
std::unique_ptr<Backend> MakeNativeBackend(const ModelOptions& options);
// Bytes as tokens; any drafter name but none drafts scripted tokens.
std::unique_ptr<Backend> MakeNullBackend(const NullOptions& options);

}  // namespace dsb
