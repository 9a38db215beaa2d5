#include "reports/report/definitions.h"

#include <map>
#include <string_view>
#include <utility>

namespace dsb {
namespace {

constexpr std::pair<std::string_view, std::string_view> kCompared[] = {
    {"user_decode_tokens_per_s", "tokens/s from an answer's first to its last token"},
    {"accepted_length", "tokens a round, the target's own included"},
    {"step_time", "decode time a round"},
    {"ttft", "time to the first token"},
    {"e2e", "time to the last token"},
    {"user_e2e_tokens_per_s", "tokens / e2e"},
    {"mean_decode_rate", "mean over requests of their tokens/s"},
    {"budget", "rows verified a round"},
    {"draft_utilisation", "accepted / verified drafts"},
    {"wasted_verify", "share of the rows whose draft was not accepted"},
    {"output_tokens", "tokens an answer"},
};

constexpr std::pair<std::string_view, std::string_view> kFlags[] = {
    {"not_steady", "the load did not settle"},
    {"client_limited", "the harness, not the engine, was the limit"},
    {"throttled", "the device lowered its clock"},
    {"implausible", "figures contradict each other"},
    {"adaptive", "the load followed the results"},
    {"ignore_eos", "end tokens were ignored"},
    {"synthetic_acceptance", "acceptance is made up"},
    {"resumed", "the run was interrupted and continued"},
    {"dirty", "the build has local changes"},
    {"contended", "something else used the machine"},
    {"policy_inert", "the policy never cut a draft"},
    {"overload", "requests came faster than they were served"},
};

}  // namespace

std::string PositionWords(bool confident) {
  const auto definition = [](const char* metric) {
    return std::string(DefinitionOf(metric).definition);
  };
  std::string words =
      "k: place in the block. survival: " + definition("survival") +
      ". conditional acceptance: " + definition("conditional_acceptance") +
      ", by domain in the columns behind it; # counts rounds with v drafts verified "
      "and a accepted.";
  if (confident) {
    words +=
        " ECE, AUC, Brier: how well the drafter's confidence foretells survival (calibration "
        "error, area under the ROC curve, mean squared error).";
  }
  words +=
      " verified: rounds that verified k or more; survival may rise with k where fewer do. of "
      "rounds: the share of all rounds that accepted k or more.";
  return words;
}

std::string ComparedWords() {
  std::string words;
  for (const MetricDefinition* const metric : ComparedMetrics()) {
    std::string_view meaning = metric->definition;
    for (const auto& [name, text] : kCompared) {
      if (name == metric->metric) meaning = text;
    }
    words +=
        (words.empty() ? "" : "; ") + std::string(metric->metric) + ": " + std::string(meaning);
  }
  return words + ".";
}

std::string FlagWords(const ReportSet& set) {
  std::map<std::string, std::string_view> found;
  for (const ReportArm& arm : set.arms) {
    for (const auto& [flag, detail] : arm.data->flags) found[flag] = "";
  }
  std::string words;
  for (const auto& [name, text] : kFlags) {
    const auto flag = found.find(std::string(name));
    if (flag == found.end()) continue;
    words += (words.empty() ? "" : "; ") + std::string(name) + ": " + std::string(text);
  }
  return words;
}

}  // namespace dsb
