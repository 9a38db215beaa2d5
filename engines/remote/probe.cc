#include "engines/remote/probe.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "engines/remote/sse_parser.h"
#include "engines/remote/transfer.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr int32_t kProbeTokens = 32;
// Repeats itself, so that drafters of every kind find something to draft.
constexpr const char* kProbePrompt =
    "Repeat this list three times: one two three four five six seven eight. "
    "one two three four five six seven eight. one two three four five six seven eight.";
constexpr size_t kLongestShown = 200;

// The body of a GET as JSON; discarded if there is none.
Json Get(HttpClient& client, const ServerUrl& url, const char* path) {
  const HttpClient::Answer answer = client.Fetch({.url = url.At(path)});
  if (answer.result.end != HttpEnd::kDone || answer.result.status != 200) return {};
  try {
    return ParseStrictJson<Json>(answer.body, path, {.max_depth = 32});
  } catch (const Error&) {
    return {};
  }
}

std::string TextAt(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return Shown(found->get<std::string>().substr(0, kLongestShown));
}

std::optional<int64_t> CountAt(const Json& object, const char* key) {
  if (!object.is_object()) return std::nullopt;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const auto value = found->get<int64_t>();
  return value > 0 && value < INT32_MAX ? std::optional(value) : std::nullopt;
}

// What to look at when no answer came, by libcurl's words for it.
const char* AdviceOn(const std::string& error) {
  const auto says = [&](const char* words) { return error.find(words) != std::string::npos; };
  if (says("certificate")) {
    return "its certificate does not verify: use the name it was made for, or add its authority to "
           "the system's certificates";
  }
  if (says("wrong version number") || says("SSL connection timeout")) {
    return "it does not speak TLS there: is it http://?";
  }
  if (says("reset by peer") || says("Empty reply")) return "does it speak https:// there?";
  return "is it running, and is this its address?";
}

// kResource: nobody will answer there. A server that lists nothing may still answer.
void RequireAnswer(const std::string& where, const HttpClient::Answer& answer) {
  const int status = answer.result.status;
  const std::string said = where + ": ";
  if (status == 401 || status == 403) {
    ThrowResource(said + "it refuses the key (status " + std::to_string(status) +
                  "): name the variable that holds it by --api-key-env");
  }
  if (status >= 300 && status < 400) {
    ThrowResource(said + "it answers with a redirect (status " + std::to_string(status) +
                  "), which is not followed: give the final address");
  }
  if (status >= 500) {
    ThrowResource(said + "/v1/models gives status " + std::to_string(status) + ": " +
                  ErrorText(answer.body));
  }
}

void ReadModels(const Endpoint& endpoint, HttpClient& client, ServerFacts& facts) {
  const std::string where = "server " + endpoint.url.Stored();
  const HttpClient::Answer answer = client.Fetch({.url = endpoint.url.At("/v1/models")});
  if (answer.result.end != HttpEnd::kDone) {
    ThrowResource(where + ": " + endpoint.url.WithoutHost(answer.result.error) + " (" +
                  AdviceOn(answer.result.error) + ")");
  }
  RequireAnswer(where, answer);
  if (answer.result.status != 200) return;  // some servers list nothing
  Json list;
  try {
    list = ParseStrictJson<Json>(answer.body, "/v1/models", {.max_depth = 32});
  } catch (const Error&) {
    return;
  }
  const auto data = list.is_object() ? list.find("data") : list.end();
  if (!list.is_object() || data == list.end() || !data->is_array()) return;
  for (const Json& model : *data) {
    if (std::string id = TextAt(model, "id"); !id.empty()) facts.models.push_back(std::move(id));
    if (facts.kind == ServerKind::kPlain) facts.kind = KindOfOwner(TextAt(model, "owned_by"));
    if (!facts.context_tokens) facts.context_tokens = CountAt(model, "max_model_len");
    if (!facts.context_tokens && model.is_object() && model.contains("meta")) {
      facts.context_tokens = CountAt(model["meta"], "n_ctx");
    }
  }
}

void ChooseModel(const Endpoint& endpoint, ServerFacts& facts) {
  std::string list;
  for (const std::string& model : facts.models) list += (list.empty() ? "" : ", ") + model;
  const std::string where = "server " + endpoint.url.Stored() + ": ";
  facts.model = endpoint.model;
  if (facts.model.empty()) {
    if (facts.models.empty()) {
      ThrowBadInput(where +
                    "/v1/models lists no models: is this the base URL of an OpenAI-compatible "
                    "server? If so, expected --model NAME");
    }
    if (facts.models.size() > 1) {
      ThrowBadInput(where + "it has " + list + ", expected --model NAME");
    }
    facts.model = facts.models.front();
  } else if (!facts.models.empty() && std::find(facts.models.begin(), facts.models.end(),
                                                facts.model) == facts.models.end()) {
    ThrowResource(where + "no model " + Quoted(facts.model) + ", it has " + list);
  }
}

void AskOwnPages(const Endpoint& endpoint, HttpClient& client, ServerFacts& facts) {
  const ServerUrl& url = endpoint.url;
  if (facts.kind == ServerKind::kVllm) {
    facts.version = TextAt(Get(client, url, "/version"), "version");
  } else if (facts.kind == ServerKind::kLlama) {
    const Json props = Get(client, url, "/props");
    facts.version = TextAt(props, "build_info");
    facts.slots = CountAt(props, "total_slots");
    if (props.is_object() && props.contains("default_generation_settings")) {
      const Json& settings = props["default_generation_settings"];
      if (const auto context = CountAt(settings, "n_ctx")) facts.context_tokens = context;
    }
    const Json slots = Get(client, url, "/slots");
    if (slots.is_array() && !slots.empty() && slots[0].is_object() &&
        slots[0].contains("speculative") && slots[0]["speculative"].is_boolean()) {
      facts.speculation = slots[0]["speculative"].get<bool>() ? "on" : "off";
    }
  } else if (facts.kind == ServerKind::kSglang) {
    const Json info = Get(client, url, "/server_info");
    facts.version = TextAt(info, "version");
    facts.speculation = TextAt(info, "speculative_algorithm");
  }
}

double ValueOf(const ServerCounters& counters, const char* name) {
  const auto found = name == nullptr ? counters.end() : counters.find(name);
  return found == counters.end() ? 0 : found->second;
}

void AskForAnswer(const Endpoint& endpoint, HttpClient& client, const Clock& clock,
                  const Retokenise& retokenise, ServerFacts& facts) {
  const ServerTraits& traits = TraitsOf(facts.kind);
  const ServerCounters before = FetchCounters(endpoint.url, facts.kind, client);
  EngineRequest request;
  request.messages = {{.role = "user", .content = kProbePrompt}};
  request.max_tokens = kProbeTokens;
  const HttpPost post =
      MakePost(request, {.kind = facts.kind, .api = endpoint.api, .model = facts.model});
  const RemoteAnswer answer =
      FetchAnswer({.url = endpoint.url.At(post.path), .body = post.body},
                  {.max_tokens = kProbeTokens, .retokenise = retokenise}, client, clock);
  if (!answer.error.empty()) {
    ThrowResource("server " + endpoint.url.Stored() +
                  ": a short answer failed: " + endpoint.url.WithoutHost(answer.error));
  }
  const ServerCounters after = FetchCounters(endpoint.url, facts.kind, client);
  facts.has_counters = !after.empty();
  facts.count_source = answer.count_source;
  facts.reports_ids = answer.count_source == kCountIds;
  facts.reports_rounds = !answer.rounds.empty();
  facts.no_rounds = answer.no_rounds;
  int64_t longest = 0;
  for (const RoundOutcome& round : answer.rounds) {
    facts.drafted += round.verified;
    facts.accepted += round.accepted;
    longest = std::max<int64_t>(longest, round.verified);
  }
  if (answer.speculation) {
    facts.draft_length = answer.speculation->draft_length;
    facts.drafted = answer.speculation->drafted.value_or(facts.drafted);
    facts.accepted = answer.speculation->accepted.value_or(facts.accepted);
  }
  if (facts.drafted == 0) {
    facts.drafted =
        static_cast<int64_t>(ValueOf(after, traits.drafted) - ValueOf(before, traits.drafted));
    facts.accepted =
        static_cast<int64_t>(ValueOf(after, traits.accepted) - ValueOf(before, traits.accepted));
  }
  if (!facts.draft_length && longest > 0) facts.draft_length = longest;
  const bool would_be_seen =
      facts.reports_rounds || (facts.has_counters && traits.drafted != nullptr);
  facts.drafts = facts.drafted > 0 ? Drafts::kYes : would_be_seen ? Drafts::kNo : Drafts::kUnknown;
  facts.plain_decoding = facts.kind == ServerKind::kVllm && facts.has_counters &&
                         facts.drafts == Drafts::kNo && !after.contains(traits.drafts);
  if (facts.plain_decoding) {
    facts.reports_rounds = facts.count_source == kCountIds || facts.count_source == kCountChunks;
  }
}

}  // namespace

ServerCounters FetchCounters(const ServerUrl& url, ServerKind kind, HttpClient& client) {
  const char* const path = TraitsOf(kind).metrics;
  if (path == nullptr) return {};
  const HttpClient::Answer answer = client.Fetch({.url = url.At(path)});
  if (answer.result.end != HttpEnd::kDone || answer.result.status != 200) return {};
  return ReadCounters(answer.body);
}

ServerFacts ProbeServer(const Endpoint& endpoint, HttpClient& client, const Clock& clock,
                        const Retokenise& retokenise) {
  ServerFacts facts;
  ReadModels(endpoint, client, facts);
  ChooseModel(endpoint, facts);
  AskOwnPages(endpoint, client, facts);
  AskForAnswer(endpoint, client, clock, retokenise, facts);
  return facts;
}

}  // namespace dsb
