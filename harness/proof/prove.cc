#include "harness/proof/prove.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/console.h"
#include "harness/proof/proof_cases.h"
#include "harness/proof/sample_check.h"
#include "reports/document/document.h"
#include "reports/text/estimate_json.h"

namespace dsb {
namespace {

using nlohmann::ordered_json;

std::string Expected(const ProofCase& proof_case) {
  return proof_case.total_variation ? proof_case.total_variation->get_str() : "above 0";
}

ProofState Enumerate(Table& table, ordered_json& json) {
  ProofTally tally;
  for (const ProofCase& proof_case : AllProofCases()) {
    for (const int32_t horizon : proof_case.horizons) {
      const ProofResult result = RunProofCase(proof_case, horizon);
      tally.Add(result.as_expected ? ProofState::kProved : ProofState::kRefuted);
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
  return tally.state();
}

std::string Formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string ArmOf(const SampleCheckResult& result) {
  if (result.drafter == "none") return "none";
  return result.drafter + " " + result.policy + " " + std::to_string(result.draft_length);
}

// Adds each reason once.
ProofState Sample(SampleCheck& check, Table& table, ordered_json& json,
                  std::vector<std::string>& reasons) {
  ProofTally tally;
  for (const SampleCheckResult& result : check.Run()) {
    tally.Add(result.state);
    if (!result.reason.empty() &&
        std::find(reasons.begin(), reasons.end(), result.reason) == reasons.end()) {
      reasons.push_back(result.reason);
    }
    table.rows.push_back(
        {ArmOf(result), std::to_string(result.load), std::to_string(result.samples),
         std::to_string(result.drafts.accepted), std::to_string(result.degrees_of_freedom),
         Formatted("%.1f", result.chi_square), Formatted("%.3g", result.p_value),
         Formatted("%.3f", result.found_total_variation), ProofStateText(result.state)});
    json.push_back({{"drafter", result.drafter},
                    {"arm", ArmOf(result)},
                    {"load", result.load},
                    {"samples", result.samples},
                    {"verified_drafts", result.drafts.verified},
                    {"accepted_drafts", result.drafts.accepted},
                    {"degrees_of_freedom", result.degrees_of_freedom},
                    {"chi_square", result.chi_square},
                    {"p_value", result.p_value},
                    {"found_total_variation", result.found_total_variation},
                    {"state", ProofStateName(result.state)},
                    {"reason", result.reason},
                    {"passed", result.state == ProofState::kProved}});
  }
  return tally.state();
}

std::string Conclusion(ProofState state, const std::vector<std::string>& reasons) {
  if (state == ProofState::kProved) return "Everything is as it must be.";
  if (state == ProofState::kRefuted) return "NOT as it must be: see the lines that say NO.";
  std::string text = "Inconclusive: ";
  for (const std::string& reason : reasons) text += reason + ". ";
  return reasons.empty() ? text + "nothing was tested." : text.substr(0, text.size() - 1);
}

// true, false, or null where it was not shown.
ordered_json Lossless(ProofState state) {
  if (state == ProofState::kInconclusive) return nullptr;
  return state == ProofState::kProved;
}

}  // namespace

ExitCode Prove(const ProveOptions& options) {
  Table laws{
      .columns =
          {{"world", true}, {"policy", true}, {"tokens"}, {"expected TV"}, {"TV"}, {"as expected"}},
      .rows = {}};
  Table samples{.columns = {{"arm", true},
                            {"load"},
                            {"samples"},
                            {"accepted drafts"},
                            {"degrees of freedom"},
                            {"chi-square"},
                            {"p"},
                            {"finds TV"},
                            {"passed"}},
                .rows = {}};
  ordered_json json = {{"enumeration", ordered_json::array()}, {"samples", ordered_json::array()}};
  std::vector<std::string> reasons;
  // Before anything else: what cannot be sampled need not be waited for.
  std::optional<SampleCheck> check;
  if (options.num_samples > 0) check.emplace(options);
  ProofTally tally;
  tally.Add(Enumerate(laws, json["enumeration"]));
  if (check) tally.Add(Sample(*check, samples, json["samples"], reasons));
  const ProofState state = tally.state();
  json["state"] = ProofStateName(state);
  json["lossless"] = Lossless(state);
  if (!reasons.empty()) json["reasons"] = reasons;
  if (options.json) {
    WriteOutput(Dump(json));
    return ExitCodeOf(state);
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
             "the law of the target's own logits; fails below p = 0.0001. finds TV: an engine off "
             "by that much or more would fail nine times out of ten; above 0.1 nothing is shown."});
    document.emplace_back(std::move(samples));
  }
  document.emplace_back(Line{Conclusion(state, reasons)});
  WriteOutput(PrintTerminal(document, options.columns));
  return ExitCodeOf(state);
}

}  // namespace dsb
