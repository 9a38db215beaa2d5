#include "results/metrics/request_facts.h"

#include "results/metrics/confidence.h"

namespace dsb {

RequestFacts FactsOf(const RequestRecord& request) {
  RequestFacts facts;
  facts.timing = TimingOf(request).value_or(RequestTiming{});
  facts.rounds = CountRounds(request.rounds);
  facts.request = &request;
  ConfidenceRounds rounds;
  for (const RoundRecord& round : request.rounds) rounds.Add(round);
  for (int64_t k = 0; k < rounds.num_positions(); ++k) {
    const auto weight = static_cast<double>(rounds.labels(k).size());
    facts.confidence.push_back(
        {BrierScore(rounds.predictions(k), rounds.labels(k)) * weight, weight});
  }
  return facts;
}

}  // namespace dsb
