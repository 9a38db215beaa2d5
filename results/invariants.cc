#include "results/invariants.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace dsb {
namespace {

std::string NameOf(const RequestRow& row) {
  std::string name = "request " + std::to_string(row.id) + " (item " + row.prompt.item_key;
  if (row.request.repeat != 0) name += ", repeat " + std::to_string(row.request.repeat);
  return name + ")";
}

std::string N(int64_t value) { return std::to_string(value); }

class Checker {
 public:
  explicit Checker(const RunData& data) : run_(data.run) {
    for (const RequestRow& row : data.requests) CheckRequest(row);
    for (const StepRecord& step : data.steps) CheckStep(step);
  }
  std::vector<BrokenInvariant> Take() { return std::move(broken_); }

 private:
  void Expect(bool holds, const char* rule, const std::string& where) {
    if (!holds) broken_.push_back({rule, where});
  }

  void CheckRequest(const RequestRow& row) {
    const std::string name = NameOf(row);
    int64_t committed = 0;
    for (size_t i = 0; i < row.request.rounds.size(); ++i) {
      CheckRound(row.request.rounds[i], name + ", round " + std::to_string(i));
      committed += row.request.rounds[i].committed;
    }
    CheckTimes(row.request, name);
    if (Finished(row.request)) CheckTokens(row.request, committed, name);
  }

  void CheckRound(const RoundRecord& round, const std::string& where) {
    const std::string found = where + ": a " + N(round.accepted) + ", v " + N(round.verified) +
                              ", p " + N(round.proposed) + ", c " + N(round.committed);
    Expect(0 <= round.accepted && round.accepted <= round.verified &&
               round.verified <= round.proposed && round.proposed <= run_.draft_length,
           "accepted <= verified <= proposed <= draft length", found);
    // Only a stop token or the token limit may end a round early.
    Expect(round.committed >= 1 && round.committed <= round.accepted + 1 &&
               (round.cut != 0 || round.committed == round.accepted + 1),
           "committed = accepted + 1 unless cut", found);
  }

  void CheckTimes(const RequestRecord& request, const std::string& name) {
    int64_t last_ns = request.scheduled_ns;
    const auto then = [&](int64_t time_ns) {
      const bool holds = time_ns >= last_ns;
      last_ns = time_ns;
      return holds;
    };
    bool holds = then(request.issued_ns);
    if (request.admitted_ns) holds &= then(*request.admitted_ns);
    for (const BurstRecord& burst : request.bursts) holds &= then(burst.t_ns);
    if (request.finished_ns) holds &= then(*request.finished_ns);
    Expect(holds, "times never run backwards", name);
  }

  void CheckTokens(const RequestRecord& request, int64_t committed, const std::string& name) {
    int64_t delivered = 0;
    for (const BurstRecord& burst : request.bursts) {
      Expect(burst.num_tokens >= 1, "a burst has tokens", name);
      delivered += burst.num_tokens;
    }
    if (!request.rounds.empty()) {
      Expect(delivered == 1 + committed, "1 prefill token + sum of committed = tokens",
             name + ": " + N(delivered) + " tokens, " + N(committed) + " committed");
    }
    Expect(run_.max_tokens <= 0 || delivered <= run_.max_tokens, "tokens <= token limit",
           name + ": " + N(delivered) + " of " + N(run_.max_tokens));
    const auto ids = static_cast<int64_t>(request.output_ids.size());
    Expect(ids == 0 || ids == delivered, "token ids = tokens",
           name + ": " + N(ids) + " ids, " + N(delivered) + " tokens");
  }

  void CheckStep(const StepRecord& step) {
    const std::string name = "step " + N(step.idx);
    Expect(!step.device_busy_ns || *step.device_busy_ns <= step.wall_ns, "device busy <= wall",
           name);
    int64_t phases_ns = 0;
    for (const PhaseTimeRecord& phase : step.phases) phases_ns += phase.wall_ns;
    Expect(phases_ns <= step.wall_ns, "sum of phases <= wall",
           name + ": " + N(phases_ns) + " of " + N(step.wall_ns) + " ns");
  }

  const RunRecord& run_;
  std::vector<BrokenInvariant> broken_;
};

}  // namespace

std::vector<BrokenInvariant> CheckInvariants(const RunData& data) { return Checker(data).Take(); }

std::vector<BrokenInvariant> CheckTokensAfterStop(const RunData& data) {
  std::vector<BrokenInvariant> broken;
  if (data.flags.contains("ignore_eos") || data.run.engine == "remote") return broken;
  std::set<int32_t> stops;
  for (const RequestRow& row : data.requests) {
    const std::vector<int32_t>& ids = row.request.output_ids;
    if (row.request.end_reason == "stop" && !ids.empty()) stops.insert(ids.back());
  }
  for (const RequestRow& row : data.requests) {
    const std::vector<int32_t>& ids = row.request.output_ids;
    const auto stop =
        std::find_if(ids.begin(), ids.end(), [&](int32_t token) { return stops.contains(token); });
    if (stop == ids.end() || std::next(stop) == ids.end()) continue;
    broken.push_back({"nothing after the end token", NameOf(row) + ": " +
                                                         N(std::distance(stop, ids.end()) - 1) +
                                                         " tokens after token " + N(*stop)});
  }
  return broken;
}

}  // namespace dsb
