#include "engines/remote/answer.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "engines/remote/rounds.h"

namespace dsb {
namespace {

constexpr int64_t kMostTextBytes = int64_t{16} << 20;
constexpr size_t kPiecesPerToken = 64, kMorePieces = 1024;
constexpr int64_t kUnsaid = -1, kFailed = -2;

EndReason EndOf(const std::string& finish) {
  if (finish == "stop" || finish == "tool_calls" || finish == "function_call") {
    return EndReason::kStop;
  }
  return finish == "length" ? EndReason::kLength : EndReason::kError;
}

void MoveTo(AnswerPiece& place, AnswerPiece& piece) {
  if (&place != &piece) place = std::move(piece);
}

// Pieces that one target pass of llama-server made, joined: the burst is there when its last is.
void JoinPasses(std::vector<AnswerPiece>& pieces) {
  size_t num_joined = 0;
  for (AnswerPiece& piece : pieces) {
    const bool same = num_joined > 0 && piece.timings && pieces[num_joined - 1].timings &&
                      piece.timings->predicted_ms == pieces[num_joined - 1].timings->predicted_ms;
    if (!same) {
      MoveTo(pieces[num_joined++], piece);
      continue;
    }
    AnswerPiece& whole = pieces[num_joined - 1];
    whole.time_ns = piece.time_ns;
    whole.num_tokens += piece.num_tokens;
    whole.ids.insert(whole.ids.end(), piece.ids.begin(), piece.ids.end());
    whole.text += piece.text;
    whole.timings = piece.timings;
  }
  pieces.resize(num_joined);
}

// `total` tokens over the pieces in proportion to their text; the first gets one at least, since
// its text was the first token to be seen. What gets none joins the next.
void Spread(int64_t total, std::vector<AnswerPiece>& pieces) {
  size_t num_spread = 0;
  int64_t bytes = 0, seen = 0, given = 0;
  for (const AnswerPiece& piece : pieces) bytes += static_cast<int64_t>(piece.text.size());
  for (size_t i = 0; i < pieces.size(); ++i) {
    AnswerPiece& piece = pieces[i];
    seen += static_cast<int64_t>(piece.text.size());
    int64_t until = bytes == 0 ? total : (2 * seen * total + bytes) / (2 * bytes);
    if (i == 0) until = std::max<int64_t>(until, 1);
    if (i + 1 == pieces.size()) until = total;
    piece.num_tokens = std::max<int64_t>(0, std::min(until, total) - given);
    given += piece.num_tokens;
    piece.ids.clear();
    if (piece.num_tokens > 0 || num_spread == 0) {
      MoveTo(pieces[num_spread++], piece);
    } else {
      pieces[num_spread - 1].text += piece.text;
    }
  }
  pieces.resize(num_spread);
}

}  // namespace

bool AnswerReader::Fail(std::string error) {
  if (error_.empty()) error_ = std::move(error);
  return false;
}

// Also notes what the server has said so far; a count that falls is a contradiction.
int64_t AnswerReader::CountOf(const StreamEvent& event) {
  int64_t count = kUnsaid;
  const auto advance = [&](int64_t now, int64_t& before) {
    if (now < before) {
      Fail("the server's token count runs backwards, from " + std::to_string(before) + " to " +
           std::to_string(now));
      return kFailed;
    }
    total_ = now;
    return now - std::exchange(before, now);
  };
  if (event.completion_tokens) count = advance(*event.completion_tokens, usage_n_);
  if (count != kFailed && event.timings) count = advance(event.timings->predicted_n, predicted_n_);
  if (count != kFailed && !event.ids.empty()) count = static_cast<int64_t>(event.ids.size());
  return count;
}

// An end token that has no event of its own came with the end: llama-server's chat counts it in the
// totals behind.
void AnswerReader::TakeUnseenEnd(int64_t count, const StreamEvent& totals) {
  const bool counted = !pieces_.empty() && pieces_.back().num_tokens >= 0;
  if (count != 1 || !counted || finish_ != "stop" || !totals.timings) return;
  ++num_counted_;
  pieces_.push_back(
      {.time_ns = finish_ns_, .num_tokens = 1, .ids = {}, .text = {}, .timings = totals.timings});
}

bool AnswerReader::Take(StreamEvent event, int64_t time_ns) {
  if (failed()) return false;
  if (!event.error.empty()) return Fail(std::move(event.error));
  if (done_) return Fail("an event after the end of the stream");
  if (event.done && event.text.empty() && event.finish.empty()) {
    done_ = true;
    return true;
  }
  const bool ended = !finish_.empty();
  const bool has_tokens = !event.text.empty() || !event.ids.empty();
  if (ended && has_tokens) return Fail("tokens after the answer's end");
  if (ended && !event.finish.empty()) return Fail("a second end of the answer");
  const bool summary = ended || !event.has_choice;  // a total counts no piece
  int64_t count = CountOf(event);
  if (failed()) return false;
  if (!event.prompt_ids.empty()) facts_.prompt_ids = std::move(event.prompt_ids);
  if (event.prompt_tokens) facts_.prompt_tokens = event.prompt_tokens;
  if (event.cached_tokens) facts_.cached_tokens = event.cached_tokens;
  if (event.speculation) facts_.speculation = std::move(event.speculation);
  if (event.server_ttft_ms) facts_.server_ttft_ms = event.server_ttft_ms;
  if (event.server_queue_ms) facts_.server_queue_ms = event.server_queue_ms;
  if (event.done) done_ = true;
  if (!event.finish.empty()) {
    finish_ = event.finish;
    finish_ns_ = time_ns;
  }
  if (!has_tokens && (count <= 0 || summary)) {
    TakeUnseenEnd(count, event);
    return true;
  }
  if (count == 0) count = kUnsaid;  // text, but the count did not move: the final total decides
  text_bytes_ += static_cast<int64_t>(event.text.size());
  num_counted_ += std::max<int64_t>(count, 0);
  if (num_counted_ > rules_.max_tokens) {
    return Fail("more tokens than the " + std::to_string(rules_.max_tokens) + " asked for");
  }
  if (text_bytes_ > kMostTextBytes ||
      pieces_.size() > kPiecesPerToken * static_cast<size_t>(rules_.max_tokens) + kMorePieces) {
    return Fail("a longer answer than the tokens asked for can be");
  }
  pieces_.push_back({.time_ns = time_ns,
                     .num_tokens = count,
                     .ids = std::move(event.ids),
                     .text = std::move(event.text),
                     .timings = event.timings});
  return true;
}

void AnswerReader::PlaceTokens(RemoteAnswer& answer) {
  if (total_.value_or(0) > rules_.max_tokens) {
    Fail("a total of " + std::to_string(*total_) + " tokens, more than the " +
         std::to_string(rules_.max_tokens) + " asked for");
    return;
  }
  if (pieces_.empty() && total_.value_or(0) > 0) {  // nothing to be seen, as of an end token alone
    pieces_.push_back({.time_ns = finish_ns_, .num_tokens = *total_, .ids = {}, .text = {}});
  }
  const bool counted = std::all_of(pieces_.begin(), pieces_.end(),
                                   [](const AnswerPiece& p) { return p.num_tokens >= 0; });
  const bool ids = std::all_of(pieces_.begin(), pieces_.end(),
                               [](const AnswerPiece& p) { return !p.ids.empty(); });
  const bool agrees = !total_ || *total_ == num_counted_ || pieces_.size() == 1;
  if (counted && (agrees || !saw_end())) {
    answer.count_source = ids ? kCountIds : kCountChunks;
    if (!ids) {
      for (AnswerPiece& piece : pieces_) piece.ids.clear();
    }
    JoinPasses(pieces_);
  } else if (total_ && *total_ > 0) {
    answer.count_source = kCountFinal;
    if (counted) {
      answer.no_rounds = "the events hold " + std::to_string(num_counted_) +
                         " tokens, the server's total is " + std::to_string(*total_);
    }
    Spread(*total_, pieces_);
  } else if (rules_.retokenise) {
    std::string text;
    for (const AnswerPiece& piece : pieces_) text += piece.text;
    answer.count_source = kCountRetokenised;
    Spread(std::max<int64_t>(rules_.retokenise(text), 1), pieces_);
  } else {
    Fail(
        "the server counts no tokens and there is no tokenizer to count them by (--target gives "
        "one)");
    return;
  }
  std::vector<AnswerPiece> bursts = std::exchange(pieces_, {});
  const RoundCut cut = finish_ == "length" ? RoundCut::kLimit : RoundCut::kStop;
  FoundRounds found;
  if (answer.count_source != kCountIds && answer.count_source != kCountChunks) {
    found.refused = answer.no_rounds.empty() ? "its events hold no token counts" : answer.no_rounds;
  } else if (rules_.plain_decoding) {
    found = RoundsOfPlainDecoding(bursts);
  } else if (!bursts.empty() && bursts.front().timings) {
    found = RoundsOfTimings(bursts, cut);
  } else if (answer.speculation && !answer.speculation->step_accepted.empty()) {
    found = RoundsOfSteps(bursts, *answer.speculation, cut);
  } else {
    found.refused = "the server does not tell its rounds";
  }
  answer.rounds = std::move(found.rounds);
  answer.no_rounds = std::move(found.refused);
  const int64_t prompt = answer.prompt_tokens.value_or(
      answer.prompt_ids.empty() ? 1 : static_cast<int64_t>(answer.prompt_ids.size()));
  for (RoundOutcome& round : answer.rounds) round.position += static_cast<int32_t>(prompt);
  answer.bursts.reserve(bursts.size() + 1);  // and its end
  for (AnswerPiece& piece : bursts) {
    TokenBurst& burst = answer.bursts.emplace_back();
    burst.time_ns = piece.time_ns;
    burst.num_tokens = static_cast<int32_t>(piece.num_tokens);
    burst.tokens = std::move(piece.ids);
    burst.text = std::move(piece.text);
  }
}

RemoteAnswer AnswerReader::Finish(int64_t now_ns, const std::string& broken, EndReason end) {
  RemoteAnswer answer = std::move(facts_);
  answer.end_ns = now_ns;
  if (!failed() && !broken.empty() && !done_) {
    Fail(broken);
    answer.end = end;
  } else if (!failed() && finish_.empty()) {
    Fail("the stream ended without saying why the answer does");
  } else if (!failed() && EndOf(finish_) == EndReason::kError) {
    Fail("the answer ended for another reason than its end or the limit: " + Quoted(finish_));
  }
  const bool complete = !failed();
  std::string error = std::exchange(error_, {});
  if (complete || !pieces_.empty()) PlaceTokens(answer);
  if (complete && failed()) error = std::exchange(error_, {});
  if (error.empty()) {
    answer.end = EndOf(finish_);
    if (!answer.bursts.empty()) answer.end_ns = answer.bursts.back().time_ns;  // measurement.md 1
    return answer;
  }
  if (answer.end == EndReason::kNone) answer.end = EndReason::kError;
  answer.error = std::move(error);
  answer.rounds.clear();
  return answer;
}

}  // namespace dsb
