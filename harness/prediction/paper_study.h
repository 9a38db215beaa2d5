// The paper's production figures, predicted from the baseline alone, with bands over the inputs:
// numbers, not text (paper_document.h prints them). Figure 7's +661 % and +406 % are no target: at
// these speeds the baseline stands at its wall, and the paper's own Figure 8 says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "harness/prediction/production_model.h"

namespace dsb {

struct Band {
  double p10 = 0, p50 = 0, p90 = 0;
};
Band BandOf(std::vector<double> values);

struct ConcurrencyRow {
  int32_t requests = 0;
  double mtp1_published = 0, mtp1_fitted = 0;  // tokens/s of a GPU
  double published = 0, predicted = 0;
  Band band;
  double all_five = 0;                     // the same with every draft verified
  std::optional<double> budget_published;  // tokens a request and step, anchor included
  double budget = 0;
  Band budget_band;
};
// Ratio of user speeds at MTP-1's throughput.
struct MatchedRow {
  double tokens_per_s = 0, published = 0, predicted = 0;
  Band band;
  double label_pct = 0;
};
// Ratio of throughputs at one user speed. 0: MTP-1 does not get there.
struct SlaRow {
  double user_tokens_per_s = 0, published = 0, predicted = 0;
  Band band;
  double amplification = 1;
  double label_pct = 0;
};
struct ModelStudy {
  std::string name;
  BaselineFit fit;
  double most_tokens_fitted = 0, most_tokens_predicted = 0;  // B of a pass
  std::vector<ConcurrencyRow> by_concurrency;
  std::vector<MatchedRow> matched;
  std::vector<SlaRow> sla;
  // Relative, of DSpark's throughput over by_concurrency; tokens, of its budget.
  double throughput_bias = 0, throughput_rms = 0, budget_bias = 0, budget_rms = 0;
  Band throughput_bias_band, budget_bias_band;
  // The first load of the grid at which "all 5" is slower than MTP-1; none up to its end.
  std::optional<int32_t> all_five_loses_at;
};

struct StudyOptions {
  ProductionInputs inputs;
  int32_t num_draws = 60;
  int64_t rounds = 16000;      // of each prediction
  int64_t draw_rounds = 4000;  // of each drawn one
  uint64_t seed = 1;
};
// Ranges of the draws, uniform.
struct InputRange {
  const char* what;
  double ProductionInputs::*input;
  double low, high;
};
const std::vector<InputRange>& InputRanges();
// options.inputs with every ranged input drawn anew; the same for every index and seed.
ProductionInputs DrawInputs(const StudyOptions& options, uint32_t index);

// Equal for any number of threads.
ModelStudy StudyModel(const PublishedModel& model, const StudyOptions& options, ThreadPool& pool);

}  // namespace dsb
