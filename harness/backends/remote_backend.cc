#include "harness/backends/remote_backend.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/console.h"
#include "base/error.h"
#include "engines/remote/remote_engine.h"
#include "harness/options/file_name.h"
#include "harness/options/names.h"

namespace dsb {
namespace {

// Of a server that does not say: no prompt is refused here.
constexpr int64_t kAnyContext = int64_t{1} << 24;
constexpr const char* kNoDrafter = "none";
constexpr const char* kSomeDrafter = "speculative";
// How much is verified is the server's own matter.
constexpr const char* kServerPolicy = "server";

}  // namespace

RemoteApi RemoteApiFromName(const std::string& name) {
  return name == RemoteApiName(RemoteApi::kChat) ? RemoteApi::kChat : RemoteApi::kCompletions;
}

Retokenise CountTokensBy(const TargetText* text) {
  if (text == nullptr) return {};
  const Tokenizer* const tokenizer = text->tokenizer.get();
  return [tokenizer](const std::string& answer) {
    return static_cast<int64_t>(tokenizer->Encode(answer, Tokenizer::Special::kIgnore).ids.size());
  };
}

std::string ServerText(const ServerFacts& facts) {
  return TraitsOf(facts.kind).name + (facts.version.empty() ? "" : ' ' + facts.version);
}

HttpLimits LimitsOf(const RemoteOptions& options) {
  constexpr int64_t kNsPerS = 1'000'000'000;
  HttpLimits limits;
  limits.connect_ns = options.connect_timeout_s * kNsPerS;
  limits.first_byte_ns = options.first_byte_timeout_s * kNsPerS;
  limits.idle_ns = options.idle_timeout_s * kNsPerS;
  limits.total_ns = options.request_timeout_s * kNsPerS;
  return limits;
}

RemoteBackend::RemoteBackend(const ModelOptions& model, const RemoteOptions& remote)
    : options_(remote), api_(RemoteApiFromName(remote.api)), key_(ReadApiKey(remote)) {
  if (!model.target.empty()) {
    text_ = std::make_unique<TargetText>(
        LoadTargetText(model.target, PromptFormFromName(model.prompt_form)));
    for (const std::string& warning : text_->warnings) {
      Say("warning", model.target + ": " + warning);
    }
  }
  for (const ServerArm& arm : ServerArms(remote)) Greet(arm);
}

void RemoteBackend::Greet(const ServerArm& arm) {
  Server server;
  server.endpoint = {
      .url = ParseServerUrl(arm.url, "--url"), .model = options_.server_model, .api = api_};
  const std::string where = "server " + server.endpoint.url.Stored();
  if (!key_.empty() && !server.endpoint.url.tls && !server.endpoint.url.local) {
    Say("warning", where + ": the key goes over the network in the clear, since this is no https");
  }
  const MonotonicClock clock;
  HttpClient client(clock, LimitsOf(options_), key_);
  server.facts = ProbeServer(server.endpoint, client, clock, CountTokensBy(text_.get()));
  const ServerFacts& facts = server.facts;
  const bool drafts = facts.drafts == Drafts::kYes;
  server.name = !arm.name.empty() ? arm.name : drafts ? kSomeDrafter : kNoDrafter;
  if (server.name == kNoDrafter && drafts) {
    ThrowBadInput("--arm: " + where + " drafts (" + std::to_string(facts.drafted) +
                  " tokens in a short answer), expected another name for it than plain or none");
  }
  if (server.name != kNoDrafter && facts.drafts == Drafts::kNo) {
    ThrowBadInput("--arm " + server.name + ": " + where +
                  " drafted nothing in a short answer, so it is not called speculative: switch "
                  "its speculation on, or call the arm plain");
  }
  if (server.name != kNoDrafter && facts.drafts == Drafts::kUnknown) {
    Say("warning",
        where + " does not say whether it drafts: " + server.name + " is taken on trust");
  }
  std::string line = where + ": " + ServerText(facts) + ", tokens counted by " + facts.count_source;
  line += facts.reports_rounds ? ", rounds told" : ", rounds not told (" + facts.no_rounds + ")";
  Say("note", line);
  servers_.push_back(std::move(server));
}

std::vector<ArmOptions> RemoteBackend::arms() const {
  std::vector<ArmOptions> arms;
  for (const Server& server : servers_) {
    ArmOptions& arm = arms.emplace_back();
    arm.drafter = server.name;
    if (server.name == kNoDrafter) continue;
    arm.policy = kServerPolicy;
    arm.draft_length = static_cast<int32_t>(server.facts.draft_length.value_or(0));
  }
  return arms;
}

RenderedPrompt RemoteBackend::Render(std::span<const ChatMessage> conversation) const {
  RenderedPrompt prompt;
  if (text_ != nullptr && api_ == RemoteApi::kCompletions) {
    Tokenizer::Encoding encoded = RenderChat(*text_->tokenizer, text_->chat_format, conversation);
    prompt.ids = std::move(encoded.ids);
    prompt.dropped_bytes = encoded.dropped_bytes;
  } else {
    prompt.messages.assign(conversation.begin(), conversation.end());
  }
  return prompt;
}

std::optional<std::string> RemoteBackend::prompt_form() const {
  if (api_ == RemoteApi::kChat) return std::nullopt;  // the server's own
  return text_ == nullptr ? ChatFormatName(ChatFormat::kRaw) : ChatFormatName(text_->chat_format);
}

int64_t RemoteBackend::vocab_size() const {
  return text_ == nullptr ? 0 : text_->tokenizer->vocab_size();
}

int64_t RemoteBackend::max_context_tokens() const {
  int64_t least = kAnyContext;
  for (const Server& server : servers_) {
    least = std::min(least, server.facts.context_tokens.value_or(kAnyContext));
  }
  return least;
}

BackendArm RemoteBackend::MakeArm(const ArmOptions& arm, const ArmRoom& room, Clock& clock) {
  const auto server = std::find_if(servers_.begin(), servers_.end(),
                                   [&](const Server& s) { return s.name == arm.drafter; });
  DSB_CHECK(server != servers_.end());
  BackendArm made;
  made.engine =
      std::make_unique<RemoteEngine>(RemoteEngineOptions{.endpoint = server->endpoint,
                                                         .facts = server->facts,
                                                         .limits = LimitsOf(options_),
                                                         .bearer = key_,
                                                         .max_concurrency = room.max_concurrency,
                                                         .retokenise = CountTokensBy(text_.get())},
                                     clock);
  made.server = {.url = server->endpoint.url.Stored(),
                 .model = FileName(server->facts.model),
                 .text = ServerText(server->facts)};
  if (text_ != nullptr) {
    made.tokenizer.emplace();
    made.tokenizer->kind = "tokenizer";
    made.tokenizer->name = text_->name;
    made.tokenizer->sha256 = text_->sha256;
    made.tokenizer->size_bytes = text_->size_bytes;
  }
  return made;
}

}  // namespace dsb
