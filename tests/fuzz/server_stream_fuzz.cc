// Any bytes of a server, however they are split, are an answer that adds up or an error of one
// line; nothing else may happen. The first byte chooses the split.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/strict_json.h"
#include "engines/remote/sse_parser.h"
#include "engines/remote/transfer.h"
#include "tests/remote/same_tree.h"

// What the fast parser takes is the full parser's tree.
static void CheckFlatJson(std::string_view bytes) {
  dsb::SseParser parser;
  std::vector<std::string> events;
  parser.Push(bytes, events);
  events.emplace_back(bytes);
  for (const std::string& event : events) {
    dsb::FlatJson flat;
    const dsb::FlatValue* const root = flat.Read(event);
    if (root == nullptr) continue;
    DSB_CHECK(dsb::SameTree(
        *root, dsb::ParseStrictJson<nlohmann::json>(event, "event", {.max_depth = 32})));
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  CheckFlatJson(bytes);
  constexpr int32_t kMaxTokens = 64;
  dsb::AnswerRules rules = {.max_tokens = kMaxTokens};
  rules.plain_decoding = (data[0] & 0x40) != 0;
  if ((data[0] & 0x80) != 0) {
    rules.retokenise = [](const std::string& text) { return static_cast<int64_t>(text.size()); };
  }
  dsb::Transfer transfer(rules);
  const size_t step = (data[0] & 0x3f) + size_t{1};
  int64_t time_ns = 0;
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (!transfer.Take(200, bytes.substr(at, step), ++time_ns)) break;
  }
  dsb::HttpResult result;
  result.status = 200;
  const dsb::RemoteAnswer answer = transfer.Finish(result, ++time_ns);
  DSB_CHECK(answer.error.find('\n') == std::string::npos);
  DSB_CHECK(answer.error.empty() ==
            (answer.end == dsb::EndReason::kStop || answer.end == dsb::EndReason::kLength));
  int64_t tokens = 0, last_ns = 0;
  for (const dsb::TokenBurst& burst : answer.bursts) {
    DSB_CHECK(burst.num_tokens >= 0 && burst.time_ns >= last_ns);
    DSB_CHECK(burst.tokens.empty() || burst.tokens.size() == static_cast<size_t>(burst.num_tokens));
    tokens += burst.num_tokens;
    last_ns = burst.time_ns;
  }
  if (!answer.rounds.empty()) {
    int64_t committed = 1;
    for (const dsb::RoundOutcome& round : answer.rounds) {
      DSB_CHECK(0 <= round.accepted && round.accepted <= round.verified);
      committed += round.committed;
    }
    DSB_CHECK(committed == tokens && tokens <= kMaxTokens);
  }
  return 0;
}
