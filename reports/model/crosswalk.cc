#include "reports/model/crosswalk.h"

#include <algorithm>

#include "results/metrics/selection.h"
#include "results/metrics/speed.h"

namespace dsb {
namespace {

std::optional<double> Ratio(int64_t x, int64_t y) {
  if (y == 0) return std::nullopt;
  return static_cast<double>(x) / static_cast<double>(y);
}

// All sums that the definitions need.
struct Sums {
  RoundCounts counts;
  int64_t drafts = 0;     // rounds that verified at least one draft token
  int64_t delivered = 0;  // tokens of the requests, the prefill's included
  int64_t ds_rounds = 0, ds_emitted = 0, ds_proposed = 0;  // first turns only
  std::vector<int64_t> ds_accepted_at_least, ds_proposed_at_least;
};

void CountAtLeast(int64_t length, std::vector<int64_t>* counts) {
  const auto size = static_cast<size_t>(std::max<int64_t>(0, length));
  if (counts->size() < size) counts->resize(size, 0);
  for (size_t k = 0; k < size; ++k) ++(*counts)[k];
}

Sums SumUp(const CheckedRun& data) {
  Sums sums;
  for (const RequestRow* row : Select(data).acceptance) {
    if (const auto timing = TimingOf(row->request)) sums.delivered += timing->tokens;
    for (const RoundRecord& round : row->request.rounds) {
      sums.counts.Add(round);
      sums.drafts += round.verified > 0;
      if (row->prompt.turn != 0) continue;
      const DeepSpecRound own = AsDeepSpec(round);
      ++sums.ds_rounds;
      sums.ds_emitted += own.emitted;
      sums.ds_proposed += own.proposed;
      CountAtLeast(own.accepted, &sums.ds_accepted_at_least);
      CountAtLeast(own.proposed, &sums.ds_proposed_at_least);
    }
  }
  return sums;
}

// Spec-Bench: mean over questions of tokens per second, prefill in the time; `minus` tokens less a
// question.
std::optional<double> MeanRate(const CheckedRun& data, int64_t minus) {
  double sum = 0;
  int64_t questions = 0;
  for (const RequestRow* row : Select(data).timing) {
    const auto timing = TimingOf(row->request);
    if (!timing || timing->e2e_from_issue_ns <= 0) continue;
    sum += static_cast<double>(timing->tokens - minus) /
           (static_cast<double>(timing->e2e_from_issue_ns) * 1e-9);
    ++questions;
  }
  if (questions == 0) return std::nullopt;
  return sum / static_cast<double>(questions);
}

int64_t At(const std::vector<int64_t>& values, size_t i) {
  return i < values.size() ? values[i] : 0;
}

}  // namespace

DeepSpecRound AsDeepSpec(const RoundRecord& round) {
  const bool stop_in_draft = round.cut == 1 && round.committed == round.accepted;
  if (stop_in_draft) return {round.accepted, round.accepted, round.accepted};
  return {round.accepted + 1, round.verified, round.accepted};
}

Crosswalk MakeCrosswalk(const CheckedRun& data, const CheckedRun* baseline) {
  const Sums sums = SumUp(data);
  const RoundCounts& c = sums.counts;
  Crosswalk result;
  const auto add = [&](const char* key, const char* tool, const char* name, const char* definition,
                       std::optional<double> value, int decimals) {
    result.rows.push_back({key, tool, name, definition, value, decimals});
  };
  add("dsbench.accepted_length", "dsbench", "accepted_length", "sum c / rounds", AcceptedLength(c),
      4);
  add("dsbench.verify_rate", "dsbench", "verify_rate", "sum c / (sum p + rounds)",
      Ratio(c.committed, c.proposed + c.rounds), 4);
  add("deepspec.accept_len", "DeepSpec", "accept_len",
      "mean of a + 1, or a at a draft stop; first turns", Ratio(sums.ds_emitted, sums.ds_rounds),
      4);
  add("deepspec.verify_rate", "DeepSpec", "verify_rate",
      "that sum / (sum v + rounds), v cut at a stop",
      Ratio(sums.ds_emitted, sums.ds_proposed + sums.ds_rounds), 4);
  const std::optional<double> drafted = Ratio(c.accepted, sums.drafts);
  add("vllm.mean_acceptance_length", "vLLM", "mean acceptance length",
      "1 + sum a / rounds with a draft", drafted ? std::optional(1 + *drafted) : std::nullopt, 2);
  add("vllm.draft_acceptance_rate", "vLLM", "draft acceptance rate", "sum a / sum v",
      Ratio(c.accepted, c.verified), 3);
  add("sglang.accept_length", "SGLang", "accept length",
      "tokens, the prefill's too / verify passes", Ratio(sums.delivered, c.rounds), 2);
  add("sglang.accept_rate", "SGLang", "accept rate", "sum a / sum v", Ratio(c.accepted, c.verified),
      3);
  add("llama_cpp.accept_rate", "llama.cpp", "draft acceptance rate", "n_accepted / n_drafted",
      Ratio(c.accepted, c.verified), 5);
  add("llama_cpp.tokens_per_pass", "llama.cpp", "tokens a pass",
      "n_predicted / (n_predicted - n_accepted)",
      Ratio(sums.delivered, sums.delivered - c.accepted), 2);
  add("tensorrt_llm.accepted_drafts", "TensorRT-LLM", "accepted draft tokens",
      "sum a / rounds: drafts only", Ratio(c.accepted, c.rounds), 4);
  add("eagle.tau", "EAGLE, Spec-Bench", "tau", "mean over all rounds of tokens a round",
      Ratio(c.committed, c.rounds), 2);
  add("aiperf.acceptance_rate", "AIPerf", "acceptance rate", "sum a / sum v",
      Ratio(c.accepted, c.verified), 4);
  if (baseline != nullptr) {
    const auto own = MeanRate(data, 0), plain = MeanRate(*baseline, 1);
    add("spec_bench.speedup", "Spec-Bench", "speed-up",
        "mean tokens/s with prefill, baseline's n - 1",
        own && plain && *plain > 0 ? std::optional(*own / *plain) : std::nullopt, 2);
  }
  const size_t positions = std::max(c.verified_at_least.size(), sums.ds_proposed_at_least.size());
  for (size_t i = 0; i < positions; ++i) {
    const auto k = static_cast<int64_t>(i) + 1;
    result.positions.push_back(
        {k, At(c.verified_at_least, i), At(c.accepted_at_least, i), At(c.reached, i), c.rounds,
         Survival(c, k), ConditionalAcceptance(c, k),
         Ratio(At(sums.ds_accepted_at_least, i), At(sums.ds_proposed_at_least, i)),
         Ratio(At(c.accepted_at_least, i), sums.drafts)});
  }
  return result;
}

}  // namespace dsb
