#include "results/metrics/acceptance.h"

#include <algorithm>

namespace dsb {
namespace {

void GrowTo(size_t size, std::vector<int64_t>* values) {
  if (values->size() < size) values->resize(size, 0);
}

void AddTo(const std::vector<int64_t>& from, std::vector<int64_t>* to) {
  GrowTo(from.size(), to);
  for (size_t i = 0; i < from.size(); ++i) (*to)[i] += from[i];
}

std::optional<double> Ratio(const std::vector<int64_t>& above, const std::vector<int64_t>& below,
                            int64_t k) {
  const auto i = static_cast<size_t>(k - 1);
  if (k < 1 || i >= below.size() || below[i] == 0) return std::nullopt;
  return static_cast<double>(above[i]) / static_cast<double>(below[i]);
}

}  // namespace

void RoundCounts::Add(const RoundRecord& round) {
  ++rounds;
  proposed += round.proposed;
  verified += round.verified;
  accepted += round.accepted;
  committed += round.committed;
  const auto v = static_cast<size_t>(std::max<int64_t>(0, round.verified));
  const auto a = static_cast<size_t>(std::max<int64_t>(0, round.accepted));
  GrowTo(v, &verified_at_least);
  GrowTo(v, &accepted_at_least);
  GrowTo(v, &reached);
  GrowTo(a + 1, &accept_histogram);
  ++accept_histogram[a];
  for (size_t k = 1; k <= v; ++k) {
    ++verified_at_least[k - 1];
    if (a >= k) ++accepted_at_least[k - 1];
    if (a + 1 >= k) ++reached[k - 1];
  }
}

void RoundCounts::Add(const RoundCounts& other) {
  rounds += other.rounds;
  proposed += other.proposed;
  verified += other.verified;
  accepted += other.accepted;
  committed += other.committed;
  AddTo(other.verified_at_least, &verified_at_least);
  AddTo(other.accepted_at_least, &accepted_at_least);
  AddTo(other.reached, &reached);
  AddTo(other.accept_histogram, &accept_histogram);
}

RoundCounts CountRounds(std::span<const RoundRecord> rounds) {
  RoundCounts counts;
  for (const RoundRecord& round : rounds) counts.Add(round);
  return counts;
}

std::optional<double> AcceptedLength(const RoundCounts& counts) {
  if (counts.rounds == 0) return std::nullopt;
  return static_cast<double>(counts.committed) / static_cast<double>(counts.rounds);
}

std::optional<double> Survival(const RoundCounts& counts, int64_t k) {
  return Ratio(counts.accepted_at_least, counts.verified_at_least, k);
}

std::optional<double> ConditionalAcceptance(const RoundCounts& counts, int64_t k) {
  return Ratio(counts.accepted_at_least, counts.reached, k);
}

}  // namespace dsb
