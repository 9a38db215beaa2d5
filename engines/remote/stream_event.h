// One event of a streamed answer as the known servers write it (OpenAI's chat and completions
// chunks, llama-server's own completion), read into one struct: what an event does not say stays
// empty. Hostile input: nothing here is trusted but its type and range. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

// llama-server's `timings`: counts since the answer began.
struct PassTimings {
  int64_t predicted_n = 0;  // tokens so far, the first included
  double predicted_ms = 0;  // from the first token to the last target pass
  int64_t draft_n = 0, accepted_n = 0;
  double prompt_ms = 0;
};

// What a server says of a whole answer's speculation.
struct SpeculationTotals {
  std::optional<int64_t> steps, drafted, accepted, draft_length;
  std::vector<int64_t> step_accepted, step_drafted;  // vLLM's detailed metrics; same length
};

struct StreamEvent {
  bool done = false;        // "[DONE]"
  bool has_choice = false;  // speaks of the answer; else only of totals
  std::string error;  // the server's, or what is wrong with the event; then the rest is of no use
  std::string text;   // content, reasoning and tool text together
  std::vector<int32_t> ids;
  std::vector<int32_t> prompt_ids;
  std::string finish;  // stop, length, ... as the server has it; llama-server's types as OpenAI's
  std::optional<int64_t> prompt_tokens, completion_tokens, cached_tokens;  // usage
  std::optional<PassTimings> timings;
  std::optional<SpeculationTotals> speculation;
  std::optional<double> server_ttft_ms, server_queue_ms;
};

// `data` is one event's (sse_parser.h). Never throws on what it holds: see `error`.
StreamEvent ReadStreamEvent(std::string_view data);

// The message of an error body, JSON or not, as one short line.
std::string ErrorText(std::string_view body);

}  // namespace dsb
