// What a user is promised (measurement.md 3): a set of limits that a request keeps as a whole or
// not. Plain text and plain functions on one record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/records.h"

namespace dsb {

// Each limit that is set must hold.
struct Slo {
  std::optional<double> ttft_ns, e2e_ns, tpot_ns_per_token;  // at most
  std::optional<double> decode_rate_per_s;                   // tokens, at least
  std::string text;                                          // as it was given
};

// "ttft=2000ms,decode_rate=30": terms ttft, e2e and tpot with a time in ns, us, ms or s, and
// decode_rate in token/s; each once. kBadInput naming the term and what was expected.
Slo ParseSlo(const std::string& text);

enum class SloState { kMet, kViolated, kOpen };
// Of a request that ended by itself; of one that was still open when the run ended (phase drain):
// violated if it already is, else open. Errors, timeouts and cancels are violations. A limit on
// decoding holds for a request that had nothing to decode.
SloState StateOf(const Slo& slo, const RequestRecord& request);

}  // namespace dsb
