#include "harness/proof/prove.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/console.h"
#include "harness/proof/proof_cases.h"
#include "harness/proof/sample_check.h"
#include "reports/document/document.h"

namespace dsb {
namespace {

using nlohmann::ordered_json;

std::string Expected(const ProofCase& proof_case) {
  return proof_case.total_variation ? proof_case.total_variation->get_str() : "above 0";
}

bool Enumerate(Table& table, ordered_json& json) {
  bool good = true;
  for (const ProofCase& proof_case : AllProofCases()) {
    for (const int32_t horizon : proof_case.horizons) {
      const ProofResult result = RunProofCase(proof_case, horizon);
      good = good && result.as_expected;
      table.rows.push_back({proof_case.world, proof_case.policy, std::to_string(horizon),
                            Expected(proof_case), result.total_variation.get_str(),
                            result.as_expected ? "yes" : "NO"});
      json.push_back({{"world", proof_case.world},
                      {"policy", proof_case.policy},
                      {"tokens", horizon},
                      {"expected_total_variation", Expected(proof_case)},
                      {"total_variation", result.total_variation.get_str()},
                      {"as_expected", result.as_expected}});
    }
  }
  return good;
}

bool Sample(const ProveOptions& options, Table& table, ordered_json& json) {
  bool good = true;
  for (const SampleCheckResult& result : CheckSamples(options)) {
    good = good && result.passed;
    char statistic[64], p_value[32];
    std::snprintf(statistic, sizeof statistic, "%.1f", result.chi_square);
    std::snprintf(p_value, sizeof p_value, "%.3g", result.p_value);
    table.rows.push_back({result.drafter, std::to_string(result.load),
                          std::to_string(result.samples), std::to_string(result.degrees_of_freedom),
                          statistic, p_value, result.passed ? "yes" : "NO"});
    json.push_back({{"drafter", result.drafter},
                    {"load", result.load},
                    {"samples", result.samples},
                    {"degrees_of_freedom", result.degrees_of_freedom},
                    {"chi_square", result.chi_square},
                    {"p_value", result.p_value},
                    {"passed", result.passed}});
  }
  return good;
}

}  // namespace

ExitCode Prove(const ProveOptions& options) {
  Table laws{
      .columns =
          {{"world", true}, {"policy", true}, {"tokens"}, {"expected TV"}, {"TV"}, {"as expected"}},
      .rows = {}};
  Table samples{.columns = {{"drafter", true},
                            {"load"},
                            {"samples"},
                            {"degrees of freedom"},
                            {"chi-square"},
                            {"p"},
                            {"passed"}},
                .rows = {}};
  ordered_json json = {{"enumeration", ordered_json::array()}, {"samples", ordered_json::array()}};
  bool good = Enumerate(laws, json["enumeration"]);
  if (options.num_samples > 0) good = Sample(options, samples, json["samples"]) && good;
  json["lossless"] = good;
  if (options.json) {
    WriteOutput(json.dump(2) + '\n');
    return good ? ExitCode::kDone : ExitCode::kRegression;
  }
  Document document;
  document.emplace_back(Heading{1, "Losslessness"});
  document.emplace_back(
      Line{"Total variation (TV) between the law of the first tokens and the target's own, every "
           "random outcome enumerated through the production acceptance code, in exact rationals. "
           "Broken rules must differ."});
  document.emplace_back(std::move(laws));
  if (options.num_samples > 0) {
    document.emplace_back(
        Line{"Chi-square test of the engine's first three sampled tokens against "
             "the law of the target's own logits; fails below p = 0.0001."});
    document.emplace_back(std::move(samples));
  }
  document.emplace_back(Line{good ? "Everything is as it must be."
                                  : "NOT as it must be: see the lines that say NO."});
  WriteOutput(PrintTerminal(document, options.columns));
  return good ? ExitCode::kDone : ExitCode::kRegression;
}

}  // namespace dsb
