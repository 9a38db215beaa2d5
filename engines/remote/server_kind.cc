#include "engines/remote/server_kind.h"

#include "base/error.h"

namespace dsb {
namespace {

constexpr ServerTraits kTraits[] = {
    {ServerKind::kPlain, "OpenAI-compatible", nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
     "nothing that is known of this server"},
    {ServerKind::kLlama, "llama-server", "llamacpp", "/metrics",
     "llamacpp:spec_decode_num_drafts_total", "llamacpp:spec_decode_num_draft_tokens_total",
     "llamacpp:spec_decode_num_accepted_tokens_total", "llamacpp:tokens_predicted_total",
     "nothing: its timings tell them"},
    {ServerKind::kVllm, "vLLM", "vllm", "/metrics", "vllm:spec_decode_num_drafts_total",
     "vllm:spec_decode_num_draft_tokens_total", "vllm:spec_decode_num_accepted_tokens_total",
     "vllm:generation_tokens_total",
     "--enable-per-request-metrics --per-request-spec-decode-metrics detailed"},
    {ServerKind::kSglang, "SGLang", "sglang", "/metrics", "sglang:spec_verify_calls_total", nullptr,
     nullptr, "sglang:generation_tokens_total", "it tells totals of an answer only"},
    {ServerKind::kTensorRtLlm, "TensorRT-LLM", "tensorrt_llm", "/prometheus/metrics", nullptr,
     "trtllm_spec_decode_num_draft_tokens_total", "trtllm_spec_decode_num_accepted_tokens_total",
     nullptr, "it tells totals of the server only (return_perf_metrics: true)"},
};

}  // namespace

const ServerTraits& TraitsOf(ServerKind kind) {
  const ServerTraits& traits = kTraits[static_cast<int>(kind)];
  DSB_CHECK(traits.kind == kind);
  return traits;
}

ServerKind KindOfOwner(std::string_view owned_by) {
  for (const ServerTraits& traits : kTraits) {
    if (traits.owned_by != nullptr && owned_by == traits.owned_by) return traits.kind;
  }
  return ServerKind::kPlain;
}

const char* RemoteApiName(RemoteApi api) {
  return api == RemoteApi::kChat ? "chat" : "completions";
}

}  // namespace dsb
