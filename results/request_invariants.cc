#include "results/request_invariants.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "results/run_data.h"

namespace dsb {
namespace {

// Far beyond what any engine does, far below what sums overflow at.
constexpr int64_t kMaxDraftTokens = 1024;  // of a round
constexpr int64_t kMaxBurstTokens = int64_t{1} << 24;

std::string N(int64_t value) { return std::to_string(value); }

// Written only for what is broken: these checks see every round while a run is timed.
std::string Place(size_t round) { return "round " + N(static_cast<int64_t>(round)); }

std::string Counts(const RoundRecord& round) {
  return "a " + N(round.accepted) + ", v " + N(round.verified) + ", p " + N(round.proposed) +
         ", c " + N(round.committed);
}

bool Within(int64_t value, int64_t most) { return 0 <= value && value <= most; }

bool IsOrdered(const RoundRecord& round) {
  return 0 <= round.accepted && round.accepted <= round.verified &&
         round.verified <= round.proposed && round.position >= 0 && Within(round.cut, 2);
}

bool CommitsRight(const RoundRecord& round) {
  const bool whole = round.committed == round.accepted + 1;
  return whole || (round.cut > 0 && 1 <= round.committed && round.committed <= round.accepted);
}

bool HasAllConfidences(const RoundRecord& round) {
  const auto num_confidences = static_cast<int64_t>(round.confidence.size());
  return num_confidences == 0 || num_confidences == round.proposed;
}

class Checker {
 public:
  Checker(const RequestRecord& request, const RequestRules& rules)
      : request_(request), rules_(rules) {
    CheckBounds();
    if (request_.end_reason == "error") return;
    CheckOrder();
    for (size_t i = 0; i < request_.rounds.size(); ++i) CheckUsable(request_.rounds[i], i);
    if (!broken_.empty()) return;
    for (size_t i = 0; i < request_.rounds.size(); ++i) CheckRound(request_.rounds[i], i);
    CheckTokens();
  }
  std::vector<BrokenInvariant> Take() { return std::move(broken_); }

 private:
  void Break(std::string rule, std::string found, std::string where = {}, bool unusable = false) {
    broken_.push_back({std::move(rule), std::move(where), std::move(found), unusable});
  }

  void CheckBounds() {
    const auto time = [&](const char* name, int64_t t_ns) {
      if (Within(t_ns, kMaxTimeNs)) return;
      Break("times from 0 to " + N(kMaxTimeNs) + " ns", name + (" " + N(t_ns) + " ns"), {}, true);
    };
    time("scheduled", request_.scheduled_ns);
    time("issued", request_.issued_ns);
    if (request_.admitted_ns) time("admitted", *request_.admitted_ns);
    if (request_.finished_ns) time("finished", *request_.finished_ns);
    for (size_t b = 0; b < request_.bursts.size(); ++b) {
      const BurstRecord& burst = request_.bursts[b];
      time("burst", burst.t_ns);
      if (Within(burst.num_tokens, kMaxBurstTokens)) continue;
      Break("at most " + N(kMaxBurstTokens) + " tokens", N(burst.num_tokens) + " tokens",
            "burst " + N(static_cast<int64_t>(b)), true);
    }
  }

  void CheckOrder() {
    const char* last = "scheduled";
    int64_t last_ns = request_.scheduled_ns;
    const auto then = [&](const char* name, int64_t t_ns) {
      if (t_ns < last_ns) {
        Break("times that never run backwards",
              name + (" at " + N(t_ns)) + " ns after " + last + " at " + N(last_ns) + " ns", {},
              true);
      }
      last = name;
      last_ns = t_ns;
    };
    then("issued", request_.issued_ns);
    if (request_.admitted_ns) then("admitted", *request_.admitted_ns);
    for (const BurstRecord& burst : request_.bursts) then("a burst", burst.t_ns);
    if (request_.finished_ns) then("finished", *request_.finished_ns);
  }

  void CheckUsable(const RoundRecord& round, size_t i) {
    for (const int64_t count : {round.proposed, round.verified, round.accepted, round.committed}) {
      if (Within(count, kMaxDraftTokens + 1)) continue;
      Break("counts from 0 to " + N(kMaxDraftTokens + 1), N(count), Place(i), true);
    }
    const auto bad = std::find_if(round.confidence.begin(), round.confidence.end(),
                                  [](float c) { return !(c >= 0 && c <= 1); });  // also what is NaN
    if (bad == round.confidence.end()) return;
    Break("a number from 0 to 1",
          std::isnan(*bad) ? "confidence nan" : "confidence " + std::to_string(*bad), Place(i),
          true);
  }

  void CheckRound(const RoundRecord& round, size_t i) {
    if (!IsOrdered(round) || (!rules_.foreign && round.proposed > rules_.draft_length)) {
      Break("accepted <= verified <= proposed <= draft length", Counts(round), Place(i));
    }
    if (!CommitsRight(round)) {
      Break("committed = accepted + 1, or 1 to that if cut", Counts(round), Place(i));
    }
    if (!HasAllConfidences(round)) {
      Break("a confidence for each proposed draft, or none",
            N(static_cast<int64_t>(round.confidence.size())) + " of " + N(round.proposed),
            Place(i));
    }
  }

  void CheckTokens() {
    for (const int32_t token : request_.output_ids) {
      if (token >= 0 && (rules_.vocab_size == 0 || token < rules_.vocab_size)) continue;
      Break("tokens of the vocabulary", "impossible token " + N(token));
      break;
    }
    const bool finished = Finished(request_);
    int64_t delivered = 0, committed = 0;
    for (const BurstRecord& burst : request_.bursts) {
      delivered += burst.num_tokens;
      if (finished && burst.num_tokens == 0) Break("a burst has tokens", "0 tokens");
    }
    for (const RoundRecord& round : request_.rounds) committed += round.committed;
    // Tokens counted from a text are an estimate.
    const bool exact = finished && request_.token_count_source == "ids";
    const bool unproven = rules_.foreign && request_.rounds.empty();
    if (exact && rules_.reports_rounds && !unproven && delivered != 1 + committed) {
      Break("1 prefill token + sum of committed = tokens",
            N(delivered) + " tokens, " + N(committed) + " committed");
    }
    if (rules_.max_tokens > 0 && delivered > rules_.max_tokens) {
      Break("tokens <= token limit", N(delivered) + " tokens of " + N(rules_.max_tokens));
    }
    const auto ids = static_cast<int64_t>(request_.output_ids.size());
    if (exact && ids != 0 && ids != delivered) {
      Break("token ids = tokens", N(ids) + " ids, " + N(delivered) + " tokens");
    }
  }

  const RequestRecord& request_;
  const RequestRules& rules_;
  std::vector<BrokenInvariant> broken_;
};

}  // namespace

bool RoundAddsUp(const RoundRecord& round) {
  return IsOrdered(round) && CommitsRight(round) && HasAllConfidences(round);
}

std::vector<BrokenInvariant> CheckRequest(const RequestRecord& request, const RequestRules& rules) {
  return Checker(request, rules).Take();
}

std::string MessageOf(const BrokenInvariant& broken) {
  return (broken.where.empty() ? "" : broken.where + ": ") + "found " + broken.found +
         ", expected " + broken.rule;
}

}  // namespace dsb
