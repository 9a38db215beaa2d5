// Every metric of a run as rows of the metric table: pure functions of the stored rows and of the
// statistics seed. The table is a cache: computing again gives the same rows bit for bit, on any
// number of threads, with it or without.
//
// Scopes: all, domain:NAME, dataset:NAME; a position is its own scope (position:3), after a slash
// inside a domain or data set (domain:math/position:3). Positions count from 1. A phase or a
// reading rate ends the metric's name: phase_wall_verify, stall_fraction_30.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "results/checked_run.h"
#include "results/metrics/catalogue.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

struct MetricOptions {
  BootstrapOptions bootstrap;
  std::vector<double> stall_rates_tokens_per_s{10, 30};
};

// What a reader should know of one metric: why it has no value or no interval, or a doubt about the
// interval.
struct MetricNote {
  std::string metric, scope, note;
};

// Acceptance metrics are left out for runs flagged ignore_eos or synthetic_acceptance, step and
// phase times for runs whose steps are incomplete. Rows without a value say that there was nothing
// to measure, or too little for a percentile. Intervals are taken from the run's stored rows where
// these answer the same question (intervals.h); values never are.
std::vector<MetricRecord> ComputeMetrics(const CheckedRun& run, const MetricOptions& options = {},
                                         std::vector<MetricNote>* notes = nullptr);

// The row of `metric` and `scope`; null if there is none.
const MetricRecord* FindMetric(std::span<const MetricRecord> metrics, std::string_view metric,
                               std::string_view scope);

// "position:3" of all, else "domain:math/position:3".
std::string PositionScope(const std::string& scope, int64_t k);

}  // namespace dsb
