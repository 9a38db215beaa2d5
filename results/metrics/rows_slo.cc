#include "base/counted.h"
#include "results/metrics/load_verdict.h"
#include "results/metrics/load_window.h"
#include "results/metrics/rows.h"
#include "results/metrics/slo.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

struct Kept {
  int64_t arrivals = 0, met = 0, open = 0, tokens = 0;
};

// Met, out of all, by prompt: Wilson's interval if each prompt came once.
Estimate Attainment(const ClusterTable& table, const Kept& kept, const std::string& scope,
                    const BootstrapOptions& options) {
  if (kept.open > 0) {
    Estimate censored;
    const double all = AsDouble(kept.arrivals);
    censored.lo = AsDouble(kept.met) / all;
    censored.hi = AsDouble(kept.met + kept.open) / all;
    censored.n = kept.arrivals;
    censored.note = "censored: " + Counted(kept.open, "request") +
                    " open at the end of the drain; all of them fail .. all pass";
    return censored;
  }
  if (table.num_clusters() == kept.arrivals) {
    return Wilson(kept.met, kept.arrivals, options.level);
  }
  return RatioOfSums(table, ResampleTotals(table, options, scope, 0, options.num_resamples), 0, 1,
                     options);
}

}  // namespace

void AddSloRows(MetricContext* context) {
  const std::optional<LoadWindow> window = LoadWindowOf(context->data);
  if (!window || window->length_ns() <= 0) return;
  if (const std::optional<LittleCheck> little = CheckLittle(context->run)) {
    context->AddPlain(little->arrivals_per_s, 0, "arrivals_per_s", "all");
    context->AddPlain(little->error(), 0, "little_error", "all");
  }
  std::vector<double> lags;
  for (const int64_t lag : ClientLags(context->run)) lags.push_back(AsDouble(lag));
  Estimate lag = Percentile(std::move(lags), 0.99, context->options.bootstrap.level);
  context->Add(std::move(lag), "client_lag_p99", "all");
  const std::string text =
      ConfigProblem(context->data.run).empty() ? ConfigOf(context->data.run).slo : "";
  if (text.empty()) return;
  const Slo slo = ParseSlo(text);
  Kept kept;
  ClusterTable table(2);
  for (const RequestRow* row : LoadRequests(context->data)) {
    if (!window->Contains(row->request.scheduled_ns)) continue;
    const SloState state = StateOf(slo, row->request);
    const double sums[] = {state == SloState::kMet ? 1.0 : 0.0, 1};
    table.Add(row->prompt.dataset, ClusterOf(*row), sums);
    ++kept.arrivals;
    kept.open += state == SloState::kOpen;
    if (state != SloState::kMet) continue;
    ++kept.met;
    kept.tokens += context->FactsOf(row)->timing.tokens;
  }
  if (kept.arrivals == 0) return;
  const std::string scope = "slo:" + text;
  const double seconds = AsDouble(window->length_ns()) * 1e-9;
  context->Add(Attainment(table, kept, scope, context->options.bootstrap), "slo_attainment", scope);
  context->AddPlain(AsDouble(kept.met) / seconds, kept.met, "goodput_requests_per_s", scope);
  context->AddPlain(AsDouble(kept.tokens) / seconds, kept.met, "goodput_tokens_per_s", scope);
}

}  // namespace dsb
