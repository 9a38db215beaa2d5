// What must hold of one request's rows, whoever made them (measurement.md 4 and 10, level 0): the
// replayer asks it of what an engine has just reported, readers of a file of what is stored there.
// The only place of these rules. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/records.h"

namespace dsb {

struct BrokenInvariant {
  std::string rule;   // what was expected: "accepted <= verified <= proposed <= draft length"
  std::string where;  // "request 12 (item math:3), round 4"; of the request alone: "round 4" or ""
  std::string found;  // "a 5, v 4, p 4"
  // No arithmetic can be done on the row. Otherwise its numbers contradict each other.
  bool unusable = false;
};

struct RequestRules {
  int64_t draft_length = 0;    // of the run
  int64_t max_tokens = 0;      // 0: any
  int64_t vocab_size = 0;      // 0: any
  bool reports_rounds = true;  // the engine does: without, an answer may have no rounds
  // Another program's rows: `draft_length` is only what it showed before, and an answer whose
  // rounds it did not prove has none.
  bool foreign = false;
};

// Times of a run are from 0 to here, in ns: 104 days.
inline constexpr int64_t kMaxTimeNs = int64_t{1} << 53;

// What a round must hold by itself, and the store's round table asks for: accepted <= verified <=
// proposed; committed = accepted + 1, or if cut one token to accepted; a confidence for each
// proposed draft, or none.
bool RoundAddsUp(const RoundRecord& round);

// Every broken rule, unusable ones first. A request that ended in error is held to nothing but the
// bounds of its times and counts: it is known to be broken, and its rounds are never counted.
// A round commits one token at least, cut or not: a stop token among its accepted drafts is itself
// committed, and a round that could add nothing to the limit is never begun.
std::vector<BrokenInvariant> CheckRequest(const RequestRecord& request, const RequestRules& rules);

// "round 4: found a 5, v 4, p 4, expected accepted <= verified <= proposed <= draft length".
std::string MessageOf(const BrokenInvariant& broken);

}  // namespace dsb
