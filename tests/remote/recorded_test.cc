// Real servers' answers, byte for byte, against what those servers said themselves.
#include "tests/remote/recorded.h"

#include "engines/remote/counters.h"

namespace dsb {
namespace {

using Counts = std::vector<int>;

TEST(RecordedAnswers, LlamaServersTimingsTellTheRounds) {
  const RemoteAnswer answer = Replay(ReadRecorded("llama_dspark_chat_stream"));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.end, EndReason::kLength);
  EXPECT_EQ(answer.count_source, kCountChunks);
  EXPECT_EQ(answer.no_rounds, "");
  EXPECT_EQ(NumTokens(answer), 48);
  EXPECT_EQ(answer.prompt_tokens, 39);
  // 48 tokens, 32 of 91 drafts accepted: the server's own last words.
  int accepted = 0, verified = 0;
  for (const RoundOutcome& round : answer.rounds) {
    accepted += round.accepted;
    verified += round.verified;
    EXPECT_EQ(round.committed, round.accepted + 1);
  }
  EXPECT_EQ(accepted, 32);
  EXPECT_EQ(verified, 91);
  EXPECT_EQ(answer.rounds.size(), 48u - 1 - 32);
  EXPECT_EQ(answer.bursts.size(), answer.rounds.size() + 1);
  EXPECT_EQ(answer.rounds[0].position, 39);
  EXPECT_EQ(answer.rounds[1].position, 39 + answer.rounds[0].committed);
}

TEST(RecordedAnswers, LlamaServersOwnEndpointTellsIds) {
  const RemoteAnswer answer = Replay(ReadRecorded("llama_dspark_eos_completion"));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.end, EndReason::kStop);
  EXPECT_EQ(answer.count_source, kCountIds);
  EXPECT_EQ(NumTokens(answer), 54);
  EXPECT_EQ(answer.bursts.back().tokens.back(), 2);  // the end token
  int accepted = 0;
  for (const RoundOutcome& round : answer.rounds) accepted += round.accepted;
  EXPECT_EQ(accepted, 35);
}

TEST(RecordedAnswers, APlainLlamaServerHasARoundPerToken) {
  const RemoteAnswer answer = Replay(ReadRecorded("llama_plain_chat_stream"));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.no_rounds, "");
  EXPECT_EQ(answer.rounds.size() + 1, static_cast<size_t>(NumTokens(answer)));
  for (const RoundOutcome& round : answer.rounds) {
    EXPECT_EQ(round.verified, 0);
    EXPECT_EQ(round.committed, 1);
  }
}

TEST(RecordedAnswers, VllmsDetailedMetricsTellTheRounds) {
  const Counts said = {3, 3, 0, 1, 3, 0, 2, 2, 3, 3, 2, 3, 3, 1, 0, 1, 2};
  const RemoteAnswer answer = Replay(ReadRecorded("vllm_eagle3_chat_stream"));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.count_source, kCountIds);
  EXPECT_EQ(NumTokens(answer), 48);
  EXPECT_EQ(answer.bursts.size(), said.size() + 1);
  EXPECT_EQ(Accepted(answer), said);
  EXPECT_EQ(answer.prompt_ids.size(), 39u);
  // The limit cut the last round: 2 accepted, 1 token left.
  EXPECT_EQ(answer.rounds.back().committed, 1);
  EXPECT_EQ(answer.rounds.back().cut, RoundCut::kLimit);
  ASSERT_TRUE(answer.server_ttft_ms.has_value());
  // The first token after its headers and before it could have been sent: the server's own figure
  // is from scheduling, ours from the request's last byte.
  EXPECT_NEAR(static_cast<double>(answer.bursts.front().time_ns) / 1e6, *answer.server_ttft_ms, 20);
}

TEST(RecordedAnswers, RoundsThatOneEventJoinsAreStillTold) {
  const RemoteAnswer answer = Replay(ReadRecorded("vllm_eagle3_chat_stream_interval4"));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(Accepted(answer), (Counts{3, 3, 0, 1, 3, 0, 2, 2, 3, 3, 2, 3, 3, 1, 0, 1, 2}));
  EXPECT_LT(answer.bursts.size(), answer.rounds.size());
}

TEST(RecordedAnswers, VllmsDspark) {
  const RemoteAnswer answer = Replay(ReadRecorded("vllm_dspark_chat_stream"));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(Accepted(answer), (Counts{5, 1, 2, 2, 3, 1, 0, 1, 7}));
  for (const RoundOutcome& round : answer.rounds) EXPECT_EQ(round.verified, 7);
}

TEST(RecordedAnswers, ADrafterThatNeverDraftedHasNoRounds) {
  const RemoteAnswer answer = Replay(ReadRecorded("vllm_ngram_chat_stop"));
  EXPECT_EQ(answer.error, "");
  EXPECT_TRUE(answer.rounds.empty());
  EXPECT_EQ(answer.no_rounds, "the server does not tell its rounds");
}

TEST(RecordedAnswers, APlainVllmHasARoundPerTokenIfItIsKnownToBePlain) {
  const Recorded recorded = ReadRecorded("vllm_plain_chat_stream");
  EXPECT_TRUE(Replay(recorded).rounds.empty());
  const RemoteAnswer answer = Replay(recorded, {.max_tokens = 64, .plain_decoding = true});
  EXPECT_EQ(answer.rounds.size() + 1, static_cast<size_t>(NumTokens(answer)));
}

// No chunk is taken for a token: without a count there is no answer but by a tokenizer.
TEST(RecordedAnswers, AStreamWithoutCountsNeedsATokenizer) {
  const Recorded recorded = ReadRecorded("vllm_eagle3_chat_stream_min");
  const RemoteAnswer without = Replay(recorded);
  EXPECT_EQ(without.end, EndReason::kError);
  EXPECT_NE(without.error.find("counts no tokens"), std::string::npos) << without.error;
  const RemoteAnswer answer =
      Replay(recorded, {.max_tokens = 64, .retokenise = [](const std::string&) { return 48; }});
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.count_source, kCountRetokenised);
  EXPECT_EQ(NumTokens(answer), 48);
  EXPECT_TRUE(answer.rounds.empty());
  for (const TokenBurst& burst : answer.bursts) EXPECT_GE(burst.num_tokens, 1);
  EXPECT_EQ(TextOf(answer), TextOf(Replay(ReadRecorded("vllm_eagle3_chat_stream"))));
}

TEST(RecordedAnswers, AStreamThatIsCutIsAnError) {
  const RemoteAnswer answer = Replay(ReadRecorded("vllm_plain_chat_stream_cut"));
  EXPECT_EQ(answer.end, EndReason::kError);
  EXPECT_EQ(answer.error, "the stream ended without saying why the answer does");
  EXPECT_TRUE(answer.rounds.empty());
}

TEST(RecordedAnswers, RefusalsAreTheServersWords) {
  EXPECT_EQ(Replay(ReadRecorded("vllm_error_unknown_model")).error,
            "status 404: The model `nope` does not exist. Valid aliases: smollm2.");
  EXPECT_EQ(Replay(ReadRecorded("llama_error_too_long")).error,
            "status 400: request (3031 tokens) exceeds the available context size (2048 tokens), "
            "try increasing it");
}

// However the bytes are split, the answer is the same.
TEST(RecordedAnswers, AnySplitOfTheBytesGivesTheSameAnswer) {
  for (const char* name : {"vllm_eagle3_chat_stream", "llama_dspark_eos_completion",
                           "llama_plain_completions_stream", "llama_selfdraft_chat_stream"}) {
    Recorded recorded = ReadRecorded(name);
    const RemoteAnswer whole = Replay(recorded);
    EXPECT_EQ(whole.error, "") << name;
    const std::string all = recorded.AllBytes();
    for (const size_t size : {size_t{1}, size_t{7}, all.size()}) {
      recorded.body.clear();
      for (size_t at = 0; at < all.size(); at += size) {
        recorded.body.push_back({1, all.substr(at, size)});
      }
      const RemoteAnswer answer = Replay(recorded);
      EXPECT_EQ(answer.error, "") << name;
      EXPECT_EQ(Accepted(answer), Accepted(whole)) << name;
      EXPECT_EQ(NumTokens(answer), NumTokens(whole)) << name;
      EXPECT_EQ(TextOf(answer), TextOf(whole)) << name;
    }
  }
}

TEST(RecordedCounters, AreSummedAndCompared) {
  const ServerCounters before = ReadCounters(ReadGolden("llama_ngram_metrics_before.raw"));
  const ServerCounters after = ReadCounters(ReadGolden("llama_ngram_metrics_after.raw"));
  EXPECT_EQ(after.at("llamacpp:spec_decode_num_draft_tokens_total"), 32);
  EXPECT_EQ(after.at("llamacpp:spec_decode_num_accepted_tokens_per_pos_total{position=1}"), 2);
  EXPECT_EQ(RestartBetween(before, after), "");
  EXPECT_NE(RestartBetween(after, before), "");
  const ServerCounters vllm = ReadCounters(ReadGolden("vllm_eagle3_metrics_after.txt"));
  EXPECT_EQ(vllm.at("vllm:spec_decode_num_drafts_total"), 689);
  EXPECT_EQ(vllm.at("vllm:spec_decode_num_draft_tokens_total"), 2067);
  EXPECT_EQ(vllm.at("vllm:spec_decode_num_accepted_tokens_total"), 879);
  EXPECT_FALSE(vllm.contains("vllm:spec_decode_num_drafts_created"));
}

TEST(Counters, SumEnginesAndSkipWhatIsNone) {
  const ServerCounters counters = ReadCounters(
      "# HELP a\n# TYPE a counter\na_total{engine=\"0\",m=\"x}\\\" y\"} 2\na_total{engine=\"1\"} "
      "3e0 "
      "1395066363000\nb 1e999\nc NaN\nd{ 4\nnot a line\ne_bucket{le=\"1\"} 5\nf +Inf\n\xFF 1\ng 7");
  EXPECT_EQ(counters, (ServerCounters{{"a_total", 5}, {"g", 7}}));
}

}  // namespace
}  // namespace dsb
