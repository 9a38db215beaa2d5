// One streamed answer put together: from its events and their arrival times to bursts, rounds and
// how it ended (measurement.md 1; what proves a count or a round: remote_servers.md 2, 3, 7, 9).
// Bounded: an answer that says more than it may is failed at once. One per request.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engines/remote/stream_event.h"
#include "engines/step_result.h"

namespace dsb {

// Where an answer's token counts come from, the best first.
inline constexpr const char* kCountIds = "ids";                  // ids in every event
inline constexpr const char* kCountChunks = "chunk_usage";       // a count in every event
inline constexpr const char* kCountFinal = "final_usage";        // a total; spread over the text
inline constexpr const char* kCountRetokenised = "retokenised";  // of the text; spread over it

// The tokens of a text that was streamed without a count; empty: there is no tokenizer.
using Retokenise = std::function<int64_t(const std::string& text)>;

struct AnswerRules {
  int32_t max_tokens = 0;
  bool plain_decoding = false;  // the server is known not to draft: every token is a round
  Retokenise retokenise = {};
};

// What became visible at one time, as the server split it.
struct AnswerPiece {
  int64_t time_ns = 0;
  int64_t num_tokens = -1;  // -1: not said
  std::vector<int32_t> ids;
  std::string text;
  std::optional<PassTimings> timings = {};
};

struct RemoteAnswer {
  std::vector<TokenBurst> bursts;    // without their request; the last one's end is not set
  std::vector<RoundOutcome> rounds;  // empty: not proven, see `no_rounds`
  std::string no_rounds;             // why there are none
  EndReason end = EndReason::kNone;
  std::string error;
  int64_t end_ns = 0;
  std::string count_source;
  std::vector<int32_t> prompt_ids;  // as the server says it read
  std::optional<int64_t> prompt_tokens, cached_tokens;
  std::optional<SpeculationTotals> speculation;
  std::optional<double> server_ttft_ms, server_queue_ms;
};

class AnswerReader {
 public:
  explicit AnswerReader(AnswerRules rules) : rules_(std::move(rules)) {}
  // False: the answer has failed, nothing more is of use.
  bool Take(StreamEvent event, int64_t time_ns);
  bool failed() const { return !error_.empty(); }
  bool saw_end() const { return done_ || !finish_.empty(); }
  // The stream is over. `broken`: how it broke off, empty if it did not; `end` then.
  RemoteAnswer Finish(int64_t now_ns, const std::string& broken, EndReason end);

 private:
  bool Fail(std::string error);
  int64_t CountOf(const StreamEvent& event);  // -1: not said; -2: failed
  void TakeUnseenEnd(int64_t count, const StreamEvent& totals);
  void PlaceTokens(RemoteAnswer& answer);

  const AnswerRules rules_;
  std::vector<AnswerPiece> pieces_;
  std::string finish_, error_;
  bool done_ = false;
  int64_t finish_ns_ = 0, num_counted_ = 0, text_bytes_ = 0;
  std::optional<int64_t> total_;           // the server's newest
  int64_t predicted_n_ = 0, usage_n_ = 0;  // said so far
  RemoteAnswer facts_;
};

}  // namespace dsb
