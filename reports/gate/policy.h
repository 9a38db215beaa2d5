// What a gate decides by (measurement.md 8): primary metrics with direction, margin and data sets,
// secondary metrics that are only shown, and what else is strict. The file's keys are in
// reports/README.md. It decides nothing itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

inline constexpr size_t kMaxPrimaryMetrics = 8;

struct GateMetric {
  std::string metric;                         // exact_match, or one of ComparedMetrics()
  int better = 1;                             // +1: more is better, -1: less is better
  double margin = 0;                          // largest allowed relative loss, in [0, 1)
  std::vector<std::string> data_sets{"all"};  // scopes: all, domain:NAME, dataset:NAME
};

struct GatePolicy {
  std::vector<GateMetric> primary;
  std::vector<std::string> secondary;
  bool strict = false;                  // runs of a build with local changes are not comparable
  int64_t failed_requests_allowed = 0;  // of the candidate, warm-up left out
};

// accepted_length 2 %, exact_match 0, user_decode_tokens_per_s 5 %, all data sets together.
GatePolicy DefaultGatePolicy();

// kBadInput that names the file, the key, what was found and what was expected; unknown and
// repeated keys are errors.
GatePolicy ParseGatePolicy(const std::string& text, const std::string& name);
GatePolicy ReadGatePolicy(const std::string& path);  // kResource if it cannot be read

// As a policy file would say it, every default written out. Ends with a newline.
std::string GatePolicyJson(const GatePolicy& policy);

// accepted_length 2 %, exact_match 0, timing 5 %; others have none.
std::optional<double> DefaultGateMargin(std::string_view metric);

// Timing metrics need a noise floor before they may decide.
bool IsTimingMetric(std::string_view metric);

}  // namespace dsb
