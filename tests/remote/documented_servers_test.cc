// SGLang and TensorRT-LLM, of which nothing was ever recorded: answers and pages made by hand as
// their documentation has them, and what is made of those. What real ones send may differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "engines/remote/counters.h"
#include "engines/remote/probe.h"
#include "tests/remote/scripted_server.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

// Answers one question; its counters move with that.
class DocumentedServer {
 public:
  struct Pages {
    std::string owned_by, info_path, info, metrics_path, metrics_before, metrics_after, stream;
  };
  explicit DocumentedServer(Pages pages) : pages_(std::move(pages)) {}

  ServerFacts Probe() {
    const MonotonicClock clock;
    HttpClient client(clock, {});
    return ProbeServer({.url = ParseServerUrl(server_.url(), "url"), .model = ""}, client, clock,
                       {});
  }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void Serve(const Connection& connection, const std::string& request) {
    const auto gets = [&](const std::string& path) {
      return !path.empty() && request.starts_with("GET " + path + ' ');
    };
    if (gets("/v1/models")) {
      connection.Send(JsonPage(R"({"object":"list","data":[{"id":"m","owned_by":")" +
                               pages_.owned_by + R"(","max_model_len":4096}]})"));
    } else if (gets(pages_.info_path)) {
      connection.Send(JsonPage(pages_.info));
    } else if (gets(pages_.metrics_path)) {
      connection.Send(JsonPage(answered_ ? pages_.metrics_after : pages_.metrics_before));
    } else if (request.starts_with("POST /v1/chat/completions ")) {
      {
        const std::lock_guard lock(mutex_);
        asked_ = request;
      }
      answered_ = true;
      connection.Send(kStreamHead + pages_.stream);
    } else {
      connection.Send(JsonPage(R"({"error":{"message":"no such page"}})", "404 Not Found"));
    }
  }

  const Pages pages_;
  std::atomic<bool> answered_ = false;
  std::mutex mutex_;
  std::string asked_;
  ScriptedServer server_{[this](const Connection& c, const std::string& r) { Serve(c, r); }};
};

std::string Event(const std::string& choices, const std::string& more) {
  return "data: {\"id\":\"a\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
         "\"choices\":[" +
         choices + "]" + more + "}\n\n";
}
std::string Delta(const std::string& delta, const std::string& finish = "null") {
  return R"({"index":0,"delta":{)" + delta + R"(},"logprobs":null,"finish_reason":)" + finish +
         R"(,"matched_stop":null})";
}
std::string Usage(int tokens) {
  return R"(,"usage":{"prompt_tokens":30,"total_tokens":)" + std::to_string(30 + tokens) +
         R"(,"completion_tokens":)" + std::to_string(tokens) + R"(,"prompt_tokens_details":null})";
}

DocumentedServer::Pages Sglang(const std::string& details) {
  return {.owned_by = "sglang",
          .info_path = "/server_info",
          .info = R"({"version":"0.5","speculative_algorithm":"DSPARK",
                      "internal_states":[{"avg_spec_accept_length":2.5}]})",
          .metrics_path = "/metrics",
          .metrics_before =
              "sglang:generation_tokens_total{model_name=\"m\"} 100.0\n"
              "sglang:spec_verify_calls_total{model_name=\"m\"} 40.0\n",
          .metrics_after =
              "sglang:generation_tokens_total{model_name=\"m\"} 108.0\n"
              "sglang:spec_verify_calls_total{model_name=\"m\"} 43.0\n",
          .stream = Event(Delta(R"("role":"assistant","content":"")"), Usage(0)) +
                    Event(Delta(R"("content":"one")"), Usage(1)) +
                    Event(Delta(R"("content":" two three four")"), Usage(4)) +
                    Event(Delta(R"("content":" five six")"), Usage(6)) +
                    Event(Delta(R"("content":" seven eight")"), Usage(8)) +
                    Event(Delta(R"("content":null)", "\"length\""), Usage(8)) + details +
                    Event("", Usage(8)) + "data: [DONE]\n\n"};
}

TEST(DocumentedServers, SglangTellsCountsAndTotalsAndNoRounds) {
  DocumentedServer server(Sglang(Event(
      "", R"(,"sglext":{"spec_tokens_details":{"spec_accept_rate":0.33,"spec_accept_length":2.67,)"
          R"("spec_num_correct_drafts":4,"spec_num_proposed_drafts":12,"spec_verify_ct":3,)"
          R"("spec_correct_drafts_histogram":[0,2,1],"spec_cap_lens_histogram":[0,0,0,0,3]}})")));
  const ServerFacts facts = server.Probe();
  EXPECT_THAT(server.asked(), HasSubstr(R"("return_spec_tokens_details":true)"));
  EXPECT_THAT(server.asked(), HasSubstr(R"("continuous_usage_stats":true)"));
  EXPECT_EQ(facts.kind, ServerKind::kSglang);
  EXPECT_EQ(facts.version, "0.5");
  EXPECT_EQ(facts.speculation, "DSPARK");
  EXPECT_EQ(facts.context_tokens, 4096);
  EXPECT_EQ(facts.count_source, kCountChunks);
  EXPECT_TRUE(facts.has_counters);
  EXPECT_EQ(facts.drafts, Drafts::kYes);
  EXPECT_EQ(facts.drafted, 12);
  EXPECT_EQ(facts.accepted, 4);
  EXPECT_FALSE(facts.reports_rounds);
  EXPECT_EQ(facts.no_rounds, "the server does not tell its rounds");
  EXPECT_FALSE(facts.plain_decoding);
}

// One older than those details is not said to decode plainly.
TEST(DocumentedServers, SglangWithoutDetailsDoesNotSayWhetherItDrafts) {
  DocumentedServer server(Sglang(""));
  const ServerFacts facts = server.Probe();
  EXPECT_EQ(facts.count_source, kCountChunks);
  EXPECT_EQ(facts.drafts, Drafts::kUnknown);
  EXPECT_FALSE(facts.plain_decoding);
}

TEST(DocumentedServers, TensorRtLlmTellsTotalsOfTheServer) {
  const std::string before =
      "trtllm_spec_decode_num_draft_tokens_total{model_name=\"m\"} 7.0\n"
      "trtllm_spec_decode_num_accepted_tokens_total{model_name=\"m\"} 3.0\n";
  const std::string after =
      "trtllm_spec_decode_num_draft_tokens_total{model_name=\"m\"} 21.0\n"
      "trtllm_spec_decode_num_accepted_tokens_total{model_name=\"m\"} 8.0\n"
      "trtllm_spec_decode_drafted_tokens_total{model_name=\"m\",token_position=\"1\"} 2.0\n";
  DocumentedServer server({.owned_by = "tensorrt_llm",
                           .info_path = "",
                           .info = "",
                           .metrics_path = "/prometheus/metrics",
                           .metrics_before = before,
                           .metrics_after = after,
                           .stream = Event(Delta(R"("role":"assistant")"), "") +
                                     Event(Delta(R"("content":"one two")"), "") +
                                     Event(Delta(R"("content":" three")"), "") +
                                     Event(Delta(R"("content":"")", "\"stop\""), "") +
                                     Event("", Usage(4)) + "data: [DONE]\n\n"});
  const ServerFacts facts = server.Probe();
  EXPECT_THAT(server.asked(), HasSubstr(R"("include_usage":true)"));
  EXPECT_THAT(server.asked(), testing::Not(HasSubstr("continuous_usage_stats")));
  EXPECT_EQ(facts.kind, ServerKind::kTensorRtLlm);
  EXPECT_EQ(facts.count_source, kCountFinal);
  EXPECT_EQ(facts.drafts, Drafts::kYes);
  EXPECT_EQ(facts.drafted, 14);
  EXPECT_EQ(facts.accepted, 5);
  EXPECT_FALSE(facts.reports_rounds);
  EXPECT_EQ(ReadCounters(after).at("trtllm_spec_decode_drafted_tokens_total{position=1}"), 2);
}

}  // namespace
}  // namespace dsb
