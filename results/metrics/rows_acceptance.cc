#include <cmath>

#include "results/metrics/confidence.h"
#include "results/metrics/rows.h"
#include "results/metrics/sheet.h"

namespace dsb {
namespace {

// What the pooled rounds of all requests say: no ratio of sums.
void AddConfidenceRows(const std::string& scope, const ConfidenceRounds& rounds,
                       MetricContext* context) {
  const ConfidenceQuality quality = QualityOf(rounds);
  const auto rounds_at = [&](int64_t k) { return static_cast<int64_t>(rounds.labels(k).size()); };
  for (int64_t k = 0; k < rounds.num_positions(); ++k) {
    const PositionQuality& position = quality.positions[static_cast<size_t>(k)];
    const std::string place = PositionScope(scope, k + 1);
    context->AddPlain(position.ece, rounds_at(k), "confidence_ece", place);
    context->AddPlain(position.auc.value_or(NAN), rounds_at(k), "confidence_auc", place);
  }
  context->AddPlain(*quality.ece, rounds_at(0), "confidence_ece", scope);
  context->AddPlain(quality.auc.value_or(NAN), rounds_at(0), "confidence_auc", scope);
  context->AddPlain(*quality.brier, rounds_at(0), "confidence_brier", scope);
}

}  // namespace

void AddAcceptanceRows(const std::string& scope, const Selection& selection,
                       MetricContext* context) {
  RoundCounts total;
  ConfidenceRounds confidence;
  for (const RequestRow* row : selection.acceptance) {
    total.Add(context->FactsOf(row)->rounds);
    for (const RoundRecord& round : row->request.rounds) confidence.Add(round);
  }
  MetricSheet sheet(
      scope, {MetricKind::kAcceptance, MetricKind::kConfidence},
      {.positions = total.num_positions(), .judged_positions = confidence.num_positions()});
  for (const RequestRow* row : selection.acceptance) {
    RequestFacts* const facts = context->FactsOf(row);
    if (facts->rounds.rounds > 0) sheet.AddRow(*row, facts);
  }
  sheet.AppendTo(context);
  for (size_t a = 0; a < total.accept_histogram.size(); ++a) {
    context->AddPlain(AsDouble(total.accept_histogram[a]), total.rounds, "accept_histogram",
                      PositionScope(scope, static_cast<int64_t>(a)));
  }
  if (confidence.num_positions() > 0) AddConfidenceRows(scope, confidence, context);
}

}  // namespace dsb
