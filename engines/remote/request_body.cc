#include "engines/remote/request_body.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/split_mix.h"
#include "base/utf8.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr double kGreedyBelow = 1e-5;  // request.h

void PutSampling(const EngineRequest& request, const RequestForm& form, Json& body) {
  const SamplingParams& sampling = request.sampling;
  body["temperature"] = sampling.temperature < kGreedyBelow ? 0.0 : sampling.temperature;
  const bool is_llama = form.kind == ServerKind::kLlama;
  if (sampling.top_p < 1 || is_llama) body["top_p"] = sampling.top_p;
  if (form.kind == ServerKind::kPlain) return;  // OpenAI's own fields alone
  if (sampling.top_k > 0 || is_llama) body["top_k"] = sampling.top_k;
  if (is_llama) body["min_p"] = 0;
  // The same for every arm of one prompt, and within what every server takes.
  body["seed"] = SplitMix(request.seed ^ request.random_id) >> 33;
}

void PutWishes(const RequestForm& form, Json& body) {
  Json options = {{"include_usage", true}};
  switch (form.kind) {
    case ServerKind::kPlain:
    case ServerKind::kTensorRtLlm:
      break;
    case ServerKind::kLlama:
      body["timings_per_token"] = true;
      body["cache_prompt"] = false;  // else the second run of a prompt has a false TTFT
      break;
    case ServerKind::kVllm:
      options["continuous_usage_stats"] = true;
      body["return_token_ids"] = true;
      break;
    case ServerKind::kSglang:
      options["continuous_usage_stats"] = true;
      body["return_spec_tokens_details"] = true;
      break;
  }
  body["stream"] = true;
  body["stream_options"] = std::move(options);
}

Json PromptOf(const EngineRequest& request) {
  if (!request.prompt.empty()) return request.prompt;
  std::string text;
  for (const ChatMessage& message : request.messages) text += message.content;
  return text;
}

Json MessagesOf(const EngineRequest& request) {
  if (request.messages.empty()) {
    ThrowBadInput("--api chat: a prompt of token ids, expected messages");
  }
  Json messages = Json::array();
  for (const ChatMessage& message : request.messages) {
    messages.push_back({{"role", message.role}, {"content", message.content}});
  }
  return messages;
}

}  // namespace

HttpPost MakePost(const EngineRequest& request, const RequestForm& form) {
  for (const ChatMessage& message : request.messages) {
    if (FindInvalidUtf8(message.content) != std::string::npos) {
      ThrowBadInput("a prompt has bytes that are no UTF-8");
    }
  }
  HttpPost post;
  Json body = Json::object();
  PutSampling(request, form, body);
  if (form.api == RemoteApi::kCompletions && form.kind == ServerKind::kLlama) {
    // Its own endpoint, since that alone tells token ids.
    post.path = "/completion";
    body["prompt"] = PromptOf(request);
    body["n_predict"] = request.max_tokens;
    body["return_tokens"] = true;
    PutWishes(form, body);
    body.erase("stream_options");
  } else {
    const bool chat = form.api == RemoteApi::kChat;
    post.path = chat ? "/v1/chat/completions" : "/v1/completions";
    body["model"] = form.model;
    body[chat ? "messages" : "prompt"] = chat ? MessagesOf(request) : PromptOf(request);
    body["max_tokens"] = request.max_tokens;
    PutWishes(form, body);
  }
  post.body = body.dump();
  return post;
}

}  // namespace dsb
