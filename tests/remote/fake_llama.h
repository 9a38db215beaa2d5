// llama-server as far as this client asks it, out of recorded habits: pages, counters, and answers
// of 12 tokens whose timings tell rounds. Plain, or with two of three drafts accepted a round.
#pragma once

#include <mutex>
#include <string>

#include "tests/remote/scripted_server.h"

namespace dsb {

class FakeLlama {
 public:
  static constexpr int kTokens = 12;
  explicit FakeLlama(bool drafts) : drafts_(drafts) {}
  std::string url() const { return server_.url(); }
  // With the answer to a prompt that holds `text` it counts tokens that nobody here asked for.
  void CountForeignTokensAt(const std::string& text, int count) {
    foreign_at_ = text;
    num_foreign_ = count;
  }
  std::string all_requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static std::string Event(const std::string& text, int n, int round, bool drafts) {
    return R"(data: {"choices":[{"index":0,"finish_reason":null,"delta":{"content":")" + text +
           R"("}}],"timings":{"prompt_n":5,"prompt_ms":2.5,"predicted_n":)" + std::to_string(n) +
           R"(,"predicted_ms":)" + std::to_string(round * 4 + 1) +
           (drafts && round > 0 ? R"(,"draft_n":)" + std::to_string(3 * round) +
                                      R"(,"draft_n_accepted":)" + std::to_string(2 * round)
                                : std::string()) +
           "}}\n\n";
  }

  void Answer(const Connection& connection, const std::string& request) {
    const size_t limit = request.find("\"max_tokens\":");
    int tokens = std::atoi(request.c_str() + limit + 13);
    if (tokens > kTokens) tokens = kTokens;
    std::string events;
    for (int n = 1; n <= tokens; ++n) {
      const int per_round = drafts_ ? 3 : 1;
      events += Event("w" + std::to_string(n) + ' ', n, (n + per_round - 2) / per_round, drafts_);
    }
    events +=
        "data: {\"choices\":[{\"index\":0,\"finish_reason\":\"length\",\"delta\":{}}]}\n\n"
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":" +
        std::to_string(tokens) + "}}\n\ndata: [DONE]\n\n";
    {
      const std::lock_guard lock(mutex_);
      generated_ += tokens;
      if (!foreign_at_.empty() && request.find(foreign_at_) != std::string::npos) {
        generated_ += num_foreign_;
      }
    }
    connection.Send(kStreamHead + events);
  }

  void Serve(const Connection& connection, const std::string& request) {
    int generated = 0;
    {
      const std::lock_guard lock(mutex_);
      requests_ += request;
      generated = generated_;
    }
    if (request.starts_with("GET /v1/models")) {
      connection.Send(JsonPage(
          R"({"data":[{"id":"/srv/models/tiny.gguf","owned_by":"llamacpp","meta":{"n_ctx":512}}]})"));
    } else if (request.starts_with("GET /props")) {
      connection.Send(JsonPage(
          R"({"total_slots":4,"build_info":"b7","default_generation_settings":{"n_ctx":512}})"));
    } else if (request.starts_with("GET /metrics")) {
      connection.Send(JsonPage("llamacpp:tokens_predicted_total " + std::to_string(generated) +
                               "\nllamacpp:requests_processing 0\n"));
    } else if (request.starts_with("POST /v1/chat/completions")) {
      Answer(connection, request);
    } else {
      connection.Send(JsonPage(R"({"error":{"message":"no such page"}})", "404 Not Found"));
    }
  }

  const bool drafts_;
  std::mutex mutex_;
  int generated_ = 0, num_foreign_ = 0;
  std::string requests_, foreign_at_;
  ScriptedServer server_{[this](const Connection& c, const std::string& r) { Serve(c, r); }};
};

}  // namespace dsb
