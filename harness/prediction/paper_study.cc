#include "harness/prediction/paper_study.h"

#include <algorithm>
#include <cmath>

#include "base/philox.h"

namespace dsb {
namespace {

// Beyond the figures' ends, so that levels of service can be looked up.
const std::vector<int32_t>& Loads() {
  static const std::vector<int32_t> loads = {2,   5,   10,  20,  30,  40,  60,  80,
                                             100, 125, 150, 175, 200, 250, 300, 400};
  return loads;
}
const std::vector<int32_t>& DrawnLoads() {
  static const std::vector<int32_t> loads = {2, 5, 20, 50, 100, 150, 200, 300, 400};
  return loads;
}

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}
double Rms(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

double Interpolated(const std::vector<double>& x, const std::vector<double>& y, double at) {
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    if (at >= x[i] && at <= x[i + 1]) {
      return y[i] + (y[i + 1] - y[i]) * (at - x[i]) / (x[i + 1] - x[i]);
    }
  }
  return 0;
}

// What one set of inputs says, in the order of the study's rows.
struct Prediction {
  BaselineFit fit;
  std::vector<double> tokens_per_s, budget, matched, sla;
  double throughput_bias = 0, budget_bias = 0;
};

Prediction Predict(const PublishedModel& model, const ProductionInputs& inputs,
                   const std::vector<int32_t>& loads, int64_t rounds) {
  Prediction prediction;
  prediction.fit = FitBaseline(model, inputs);
  const DSparkModel dspark(prediction.fit, inputs);
  const DSparkCurve curve(dspark, loads, ProductionPolicy::kScheduled, rounds);
  std::vector<double> errors, budget_errors;
  for (size_t i = 0; i < model.concurrency.size(); ++i) {
    const double requests = model.concurrency[i];
    prediction.tokens_per_s.push_back(curve.TokensPerS(requests));
    prediction.budget.push_back(curve.Verified(requests));
    errors.push_back(prediction.tokens_per_s.back() / model.dspark_tokens_per_s[i] - 1);
    const double published = Interpolated(model.budget_concurrency, model.budget, requests);
    if (published > 0) budget_errors.push_back(prediction.budget.back() - published);
  }
  prediction.throughput_bias = Mean(errors);
  prediction.budget_bias = Mean(budget_errors);
  for (const PublishedAnchor& anchor : model.anchors) {
    const double user = Mtp1UserAtThroughput(prediction.fit, inputs, anchor.mtp1_tokens_per_s);
    prediction.matched.push_back(curve.UserAtThroughput(anchor.mtp1_tokens_per_s) / user);
    const double mtp1 = Mtp1ThroughputAtUser(prediction.fit, inputs, anchor.user_tokens_per_s);
    prediction.sla.push_back(mtp1 > 0 ? curve.ThroughputAtUser(anchor.user_tokens_per_s) / mtp1
                                      : 0);
  }
  return prediction;
}

}  // namespace

const std::vector<InputRange>& InputRanges() {
  static const std::vector<InputRange> ranges = {
      {"accepted length of MTP-1", &ProductionInputs::mtp1_length, 1.75, 1.88},
      {"accepted length of DSpark", &ProductionInputs::accepted_length, 3.3, 3.8},
      {"draft multiplier kd", &ProductionInputs::draft_multiplier, 1, 3},
      {"a request's share of the slope", &ProductionInputs::request_share, 0, 0.3}};
  return ranges;
}

ProductionInputs DrawInputs(const StudyOptions& options, uint32_t index) {
  ProductionInputs inputs = options.inputs;
  uint32_t position = 0;
  for (const InputRange& range : InputRanges()) {
    const double u = Uniform({.seed = options.seed,
                              .request = index,
                              .purpose = RandomPurpose::kStatistics,
                              .position = position++});
    inputs.*range.input = range.low + u * (range.high - range.low);
  }
  return inputs;
}

Band BandOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto low = static_cast<size_t>(place);
    const size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (values[high] - values[low]) * (place - static_cast<double>(low));
  };
  return {at(0.1), at(0.5), at(0.9)};
}

ModelStudy StudyModel(const PublishedModel& model, const StudyOptions& options, ThreadPool& pool) {
  std::vector<Prediction> draws(static_cast<size_t>(options.num_draws));
  Prediction named;
  std::vector<double> all_five(Loads().size());
  const auto num_draws = static_cast<int64_t>(draws.size());
  FitBaseline(model, options.inputs);  // what is wrong with the marks is said on this thread
  // The draws, then the named inputs, then them without a scheduler.
  pool.ParallelFor(num_draws + 2, 1, [&](int64_t first, int64_t last, int /*worker*/) {
    for (int64_t i = first; i < last; ++i) {
      if (i < num_draws) {
        draws[static_cast<size_t>(i)] =
            Predict(model, DrawInputs(options, static_cast<uint32_t>(i)), DrawnLoads(),
                    options.draw_rounds);
      } else if (i == num_draws) {
        named = Predict(model, options.inputs, Loads(), options.rounds);
      } else {
        const BaselineFit fit = FitBaseline(model, options.inputs);
        const DSparkModel dspark(fit, options.inputs);
        for (size_t k = 0; k < Loads().size(); ++k) {
          all_five[k] =
              PredictDSpark(dspark, Loads()[k], ProductionPolicy::kAllFive, options.rounds)
                  .tokens_per_s;
        }
      }
    }
  });
  const auto band = [&](auto value) {
    std::vector<double> values;
    values.reserve(draws.size());
    for (const Prediction& draw : draws) values.push_back(value(draw));
    return BandOf(std::move(values));
  };
  ModelStudy study;
  study.name = model.name;
  study.fit = named.fit;
  std::vector<double> errors, budget_errors;
  const std::vector<double> loads(Loads().begin(), Loads().end());
  for (size_t i = 0; i < model.concurrency.size(); ++i) {
    ConcurrencyRow& row = study.by_concurrency.emplace_back();
    row.requests = static_cast<int32_t>(model.concurrency[i]);
    row.mtp1_published = model.mtp1_tokens_per_s[i];
    row.mtp1_fitted = PredictMtp1(study.fit, options.inputs, row.requests).tokens_per_s;
    row.published = model.dspark_tokens_per_s[i];
    row.predicted = named.tokens_per_s[i];
    row.band = band([i](const Prediction& draw) { return draw.tokens_per_s[i]; });
    row.all_five = Interpolated(loads, all_five, row.requests);
    row.budget = named.budget[i];
    row.budget_band = band([i](const Prediction& draw) { return draw.budget[i]; });
    errors.push_back(row.predicted / row.published - 1);
    const double budget = Interpolated(model.budget_concurrency, model.budget, row.requests);
    if (budget > 0) {
      row.budget_published = budget;
      budget_errors.push_back(row.budget - budget);
    }
    const double tokens = row.budget * row.requests;
    study.most_tokens_predicted = std::max(study.most_tokens_predicted, tokens);
  }
  study.most_tokens_fitted = 2 * study.fit.most_requests;
  study.throughput_bias = Mean(errors);
  study.throughput_rms = Rms(errors);
  study.budget_bias = Mean(budget_errors);
  study.budget_rms = Rms(budget_errors);
  study.throughput_bias_band = band([](const Prediction& draw) { return draw.throughput_bias; });
  study.budget_bias_band = band([](const Prediction& draw) { return draw.budget_bias; });
  for (size_t i = 0; i < model.anchors.size(); ++i) {
    const PublishedAnchor& anchor = model.anchors[i];
    study.matched.push_back(
        {.tokens_per_s = anchor.mtp1_tokens_per_s,
         .published = anchor.dspark_user_tokens_per_s / anchor.user_tokens_per_s,
         .predicted = named.matched[i],
         .band = band([i](const Prediction& draw) { return draw.matched[i]; }),
         .label_pct = anchor.label_user_gain_pct});
    study.sla.push_back(
        {.user_tokens_per_s = anchor.user_tokens_per_s,
         .published = anchor.dspark_tokens_per_s / anchor.mtp1_tokens_per_s,
         .predicted = named.sla[i],
         .band = band([i](const Prediction& draw) { return draw.sla[i]; }),
         .amplification = SlaAmplification(study.fit, options.inputs, anchor.user_tokens_per_s),
         .label_pct = anchor.label_throughput_gain_pct});
  }
  for (size_t k = 0; k < Loads().size() && !study.all_five_loses_at; ++k) {
    const double mtp1 = PredictMtp1(study.fit, options.inputs, Loads()[k]).tokens_per_s;
    if (all_five[k] < mtp1) study.all_five_loses_at = Loads()[k];
  }
  return study;
}

}  // namespace dsb
