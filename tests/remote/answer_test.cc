// What makes an answer of events, and what none: hand-written events.
#include "engines/remote/answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engines/remote/sse_parser.h"

namespace dsb {
namespace {

using Events = std::vector<std::string>;

RemoteAnswer AnswerOf(const Events& events, AnswerRules rules = {.max_tokens = 8}) {
  AnswerReader reader(std::move(rules));
  int64_t time_ns = 0;
  for (const std::string& event : events) {
    if (!reader.Take(ReadStreamEvent(event), ++time_ns)) break;
  }
  return reader.Finish(++time_ns, "", EndReason::kError);
}

std::string Chunk(const std::string& text, const std::string& more = "") {
  return R"({"choices":[{"index":0,"delta":{"content":")" + text + R"("},"finish_reason":null}])" +
         more + "}";
}
std::string End(const std::string& reason) {
  return R"({"choices":[{"index":0,"delta":{},"finish_reason":")" + reason + R"("}]})";
}
std::string Usage(int tokens) {
  return R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":)" +
         std::to_string(tokens) + "}}";
}
std::string Pass(const std::string& text, int n, double ms, int drafted, int accepted) {
  return Chunk(text, R"(,"timings":{"predicted_n":)" + std::to_string(n) + R"(,"predicted_ms":)" +
                         std::to_string(ms) + R"(,"draft_n":)" + std::to_string(drafted) +
                         R"(,"draft_n_accepted":)" + std::to_string(accepted) + "}");
}

TEST(Answer, AFinalTotalIsSpreadOverTheText) {
  const RemoteAnswer answer =
      AnswerOf({Chunk("ab"), Chunk("abcd"), Chunk("ab"), End("stop"), Usage(4), "[DONE]"});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.count_source, kCountFinal);
  ASSERT_EQ(answer.bursts.size(), 3u);
  EXPECT_EQ(answer.bursts[0].num_tokens, 1);
  EXPECT_EQ(answer.bursts[1].num_tokens, 2);
  EXPECT_EQ(answer.bursts[2].num_tokens, 1);
  EXPECT_EQ(answer.end_ns, answer.bursts.back().time_ns);
  EXPECT_TRUE(answer.rounds.empty());
}

TEST(Answer, MoreEventsThanTokensMakeFewerBursts) {
  const RemoteAnswer answer =
      AnswerOf({Chunk("a"), Chunk("b"), Chunk("c"), Chunk("d"), End("length"), Usage(2), "[DONE]"});
  int tokens = 0;
  for (const TokenBurst& burst : answer.bursts) {
    EXPECT_GE(burst.num_tokens, 1);
    tokens += burst.num_tokens;
  }
  EXPECT_EQ(tokens, 2);
  EXPECT_EQ(answer.bursts.front().time_ns, 1);  // the first text is the first token
}

TEST(Answer, TheFinalTotalIsBelievedAgainstTheEvents) {
  const RemoteAnswer answer =
      AnswerOf({Chunk("a", R"(,"usage":{"completion_tokens":1})"),
                Chunk("b", R"(,"usage":{"completion_tokens":2})"), End("stop"), Usage(5)});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.count_source, kCountFinal);
  EXPECT_EQ(answer.no_rounds, "the events hold 2 tokens, the server's total is 5");
}

TEST(Answer, RoundsOfTimings) {
  const Events good = {Pass("a", 1, 0.001, 0, 0), Pass("b", 2, 5, 3, 1), Pass("c", 3, 5, 3, 1),
                       Pass("d", 4, 9, 6, 1),     End("stop"),           "[DONE]"};
  const RemoteAnswer answer = AnswerOf(good);
  ASSERT_EQ(answer.rounds.size(), 2u);
  EXPECT_EQ(answer.rounds[0].accepted, 1);
  EXPECT_EQ(answer.rounds[0].committed, 2);
  EXPECT_EQ(answer.rounds[1].accepted, 0);
  EXPECT_EQ(answer.bursts.size(), 3u);
  EXPECT_EQ(answer.bursts[1].time_ns, 3);  // there when its last event is
}

TEST(Answer, RoundsThatDoNotAddUpAreLeftOut) {
  const auto refused = [](Events events) {
    events.push_back(End("stop"));
    const RemoteAnswer answer = AnswerOf(events);
    EXPECT_EQ(answer.error, "");
    EXPECT_TRUE(answer.rounds.empty());
    return answer.no_rounds;
  };
  EXPECT_EQ(refused({Pass("a", 1, 0.001, 0, 0), Pass("b", 2, 5, 3, 2), Pass("c", 3, 9, 6, 2)}),
            "round 0: 1 tokens, 2 of 3 drafts accepted");
  EXPECT_EQ(refused({Pass("a", 1, 5, 0, 0), Pass("b", 2, 4, 3, 0)}),
            "the server's times run backwards");
  EXPECT_EQ(refused({Pass("a", 2, 5, 3, 1)}), "the first pass has more than the prompt's token");
  EXPECT_EQ(refused({Pass("a", 1, 1, 0, 0), Pass("b", 2, 4, 3, 0), Pass("c", 3, 6, 2, 0)}),
            "round 1: 1 tokens, 0 of -1 drafts accepted");
}

TEST(Answer, WhatFailsIt) {
  const auto error = [](const Events& events) { return AnswerOf(events).error; };
  EXPECT_EQ(error({Chunk("a"), "[DONE]"}), "the stream ended without saying why the answer does");
  EXPECT_EQ(error({Chunk("a"), End("stop"), Chunk("b")}), "tokens after the answer's end");
  EXPECT_EQ(error({Chunk("a"), End("stop"), End("stop")}), "a second end of the answer");
  EXPECT_EQ(error({Chunk("a"), End("stop"), Usage(1), "[DONE]", Chunk("b")}),
            "an event after the end of the stream");
  EXPECT_EQ(error({Chunk("a", R"(,"usage":{"completion_tokens":3})"),
                   Chunk("b", R"(,"usage":{"completion_tokens":2})")}),
            "the server's token count runs backwards, from 3 to 2");
  EXPECT_EQ(error({Chunk("a", R"(,"usage":{"completion_tokens":9})")}),
            "more tokens than the 8 asked for");
  EXPECT_EQ(error({Chunk("a"), End("content_filter"), Usage(1)}),
            "the answer ended for another reason than its end or the limit: \"content_filter\"");
  EXPECT_EQ(error({Chunk("a"), R"({"error":{"message":"out of memory","code":500}})"}),
            "the server says: out of memory");
  for (const char* unreadable :
       {"{", "[]", "NaN", R"({"choices":[{"index":1,"delta":{"content":"x"}}]})",
        R"({"choices":[{},{}]})", R"({"choices":7})", R"({"choices":[7]})",
        R"({"choices":[{"delta":{"content":7}}]})", R"({"usage":{"completion_tokens":-1}})",
        R"({"usage":{"completion_tokens":1e999}})", R"({"usage":{"completion_tokens":1.5}})",
        R"({"choices":[{"token_ids":[-1]}]})", R"({"choices":[{"token_ids":[99999999999]}]})",
        R"({"timings":{"predicted_n":1,"predicted_ms":-1}})"}) {
    const RemoteAnswer answer = AnswerOf({Chunk("a"), unreadable});
    EXPECT_TRUE(answer.error.starts_with("unreadable event: ")) << unreadable << answer.error;
    EXPECT_EQ(answer.end, EndReason::kError);
  }
}

TEST(Answer, AnEmptyOneIsAnAnswer) {
  const RemoteAnswer answer = AnswerOf({End("stop"), Usage(1), "[DONE]"});
  EXPECT_EQ(answer.error, "");
  ASSERT_EQ(answer.bursts.size(), 1u);  // the end token, which has no text
  EXPECT_EQ(answer.bursts[0].num_tokens, 1);
}

Events Parse(const std::string& text) {
  SseParser parser;
  Events events;
  EXPECT_TRUE(parser.Push(text, events));
  parser.Finish(events);
  return events;
}

TEST(SseParser, LinesFieldsAndComments) {
  EXPECT_EQ(Parse("data: a\n\ndata:b\r\n\r\ndata: c\r\r"), (Events{"a", "b", "c"}));
  EXPECT_EQ(Parse(": ping\n\nevent: x\nid: 3\ndata: a\ndata: b\nretry: 5\n\n"), Events{"a\nb"});
  EXPECT_EQ(Parse("\xEF\xBB\xBF"
                  "data: a\n\ndatax: b\n\ndata\n\n"),
            (Events{"a", ""}));
  EXPECT_EQ(Parse("data:  two blanks\n\n"), Events{" two blanks"});
  EXPECT_EQ(Parse("data: whole line\n"), Events{"whole line"});
  EXPECT_EQ(Parse("data: cut li"), Events{});
}

TEST(SseParser, AnEventIsBounded) {
  SseParser parser;
  Events events;
  const std::string part(1 << 16, 'x');
  EXPECT_TRUE(parser.Push("data: ", events));
  int pushed = 0;
  while (parser.Push(part, events)) ++pushed;
  EXPECT_EQ(pushed, 15);
  EXPECT_FALSE(parser.Push("\n\ndata: a\n\n", events));
  EXPECT_TRUE(events.empty());
  SseParser lines;
  pushed = 0;
  while (lines.Push("data: " + part + "\n", events)) ++pushed;
  EXPECT_EQ(pushed, 15);
}

}  // namespace
}  // namespace dsb
