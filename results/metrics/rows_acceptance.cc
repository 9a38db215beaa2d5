#include <algorithm>

#include "results/metrics/acceptance.h"
#include "results/metrics/confidence.h"
#include "results/metrics/rows.h"

namespace dsb {
namespace {

std::string Position(int64_t k) { return "position:" + std::to_string(k); }

// Sum of squared errors and count of each position of one request's rounds: Brier's two sums.
std::vector<double> BrierSums(const RequestRecord& request, int64_t positions) {
  ConfidenceRounds rounds;
  for (const RoundRecord& round : request.rounds) rounds.Add(round);
  std::vector<double> sums(static_cast<size_t>(2 * positions), 0.0);
  for (int64_t k = 0; k < std::min(positions, rounds.num_positions()); ++k) {
    const PositionQuality quality = QualityOf(rounds.predictions(k), rounds.labels(k));
    sums[static_cast<size_t>(2 * k)] = quality.brier * quality.weight;
    sums[static_cast<size_t>(2 * k + 1)] = quality.weight;
  }
  return sums;
}

}  // namespace

void AddAcceptanceRows(const std::string& scope, const Selection& selection,
                       MetricContext* context) {
  RoundCounts total;
  ConfidenceRounds confidence;
  for (const RequestRow* row : selection.acceptance) {
    total.Add(CountRounds(row->request.rounds));
    for (const RoundRecord& round : row->request.rounds) confidence.Add(round);
  }
  MetricSheet sheet;
  for (const AcceptanceRatio& ratio : AcceptanceRatios()) sheet.AddRatio(std::string(ratio.metric));
  sheet.AddRatio("accepted_length_per_request");
  const int64_t positions = total.num_positions(), judged = confidence.num_positions();
  for (int64_t k = 1; k <= positions; ++k) sheet.AddRatio("survival", Position(k));
  for (int64_t k = 1; k <= positions; ++k) sheet.AddRatio("conditional_acceptance", Position(k));
  for (int64_t k = 1; k <= judged; ++k) sheet.AddRatio("confidence_brier", Position(k));
  for (const RequestRow* row : selection.acceptance) {
    const RoundCounts counts = CountRounds(row->request.rounds);
    if (counts.rounds == 0) continue;
    std::vector<double> sums;
    for (const AcceptanceRatio& ratio : AcceptanceRatios()) {
      sums.push_back(ratio.numerator(counts));
      sums.push_back(ratio.denominator(counts));
    }
    sums.push_back(AsDouble(counts.committed) / AsDouble(counts.rounds));
    sums.push_back(1);
    const auto per_position = [&](const std::vector<int64_t>& above,
                                  const std::vector<int64_t>& below) {
      for (size_t i = 0; i < static_cast<size_t>(positions); ++i) {
        sums.push_back(i < above.size() ? AsDouble(above[i]) : 0);
        sums.push_back(i < below.size() ? AsDouble(below[i]) : 0);
      }
    };
    per_position(counts.accepted_at_least, counts.verified_at_least);
    per_position(counts.accepted_at_least, counts.reached);
    const std::vector<double> brier = BrierSums(row->request, judged);
    sums.insert(sums.end(), brier.begin(), brier.end());
    sheet.AddRow(*row, sums);
  }
  sheet.Append(scope, context->options, context->data.run.id, &context->metrics, context->notes);
  for (size_t a = 0; a < total.accept_histogram.size(); ++a) {
    context->AddPlain(AsDouble(total.accept_histogram[a]), total.rounds, "accept_histogram",
                      JoinScope(scope, Position(static_cast<int64_t>(a))));
  }
  if (judged == 0) return;
  const ConfidenceQuality quality = QualityOf(confidence);
  const auto rounds_at = [&](int64_t k) {
    return static_cast<int64_t>(confidence.labels(k).size());
  };
  for (int64_t k = 0; k < judged; ++k) {
    const PositionQuality& position = quality.positions[static_cast<size_t>(k)];
    const std::string place = JoinScope(scope, Position(k + 1));
    context->AddPlain(position.ece, rounds_at(k), "confidence_ece", place);
    context->AddPlain(position.auc.value_or(NAN), rounds_at(k), "confidence_auc", place);
  }
  context->AddPlain(*quality.ece, rounds_at(0), "confidence_ece", scope);
  context->AddPlain(quality.auc.value_or(NAN), rounds_at(0), "confidence_auc", scope);
  context->AddPlain(*quality.brier, rounds_at(0), "confidence_brier", scope);
}

}  // namespace dsb
