// The servers that this client knows, and what each is asked beside OpenAI's own fields
// (remote_servers.md 3 to 6). One row a kind.
#pragma once

#include <string_view>

namespace dsb {

enum class ServerKind { kPlain, kLlama, kVllm, kSglang, kTensorRtLlm };
enum class RemoteApi { kChat, kCompletions };

struct ServerTraits {
  ServerKind kind;
  const char* name;        // "llama-server", for people and the store
  const char* owned_by;    // as /v1/models says; null: not told apart by it
  const char* metrics;     // path of its counters; null: it has none
  const char* drafts;      // counter of drafting steps
  const char* drafted;     // of drafted tokens
  const char* accepted;    // of accepted ones
  const char* generated;   // of output tokens
  const char* how_rounds;  // what has to be switched on for rounds to be seen
};

const ServerTraits& TraitsOf(ServerKind kind);
ServerKind KindOfOwner(std::string_view owned_by);  // kPlain: none that is known
const char* RemoteApiName(RemoteApi api);           // chat, completions

}  // namespace dsb
