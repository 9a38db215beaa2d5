// The backend of servers: each arm is one server, asked by a client on this machine. Knows of the
// target no more than the servers say; with --target its tokenizer, to render prompts and to count
// tokens where a server does not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engines/remote/probe.h"
#include "engines/target_model/loaded_target.h"
#include "harness/backends/backend.h"
#include "harness/options/remote_options.h"

namespace dsb {

class RemoteBackend : public Backend {
 public:
  // Asks every server what it is. kBadInput, kResource as ProbeServer; kBadInput if an arm's name
  // says that its server drafts and it does not, or the other way round.
  RemoteBackend(const ModelOptions& model, const RemoteOptions& remote);
  // One for each server, by its name.
  std::vector<ArmOptions> arms() const;
  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override;
  std::optional<std::string> prompt_form() const override;
  std::vector<int32_t> stop_tokens() const override { return {}; }  // the server decides
  int64_t vocab_size() const override;
  int64_t max_context_tokens() const override;
  std::optional<ArtifactRecord> target() const override { return std::nullopt; }
  BackendArm MakeArm(const ArmOptions& arm, const ArmRoom& room, Clock& clock) override;

 private:
  struct Server {
    std::string name;
    Endpoint endpoint;
    ServerFacts facts;
  };
  void Greet(const ServerArm& arm);

  const RemoteOptions options_;
  const RemoteApi api_;
  const std::string key_;
  std::unique_ptr<TargetText> text_;  // null without --target
  std::vector<Server> servers_;
};

// What a store may say of a server: "vLLM 0.32.0".
std::string ServerText(const ServerFacts& facts);
HttpLimits LimitsOf(const RemoteOptions& options);
RemoteApi RemoteApiFromName(const std::string& name);  // chat; everything else is completions
// By the text's tokenizer, which outlives it; null: empty.
Retokenise CountTokensBy(const TargetText* text);

}  // namespace dsb
