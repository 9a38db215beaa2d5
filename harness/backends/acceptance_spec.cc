#include "harness/backends/acceptance_spec.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "engines/drafter.h"
#include "engines/simulated/generated_acceptance.h"
#include "harness/options/file_name.h"
#include "harness/options/validators.h"
#include "reports/gate/pairs.h"
#include "reports/pairing/find_run.h"
#include "results/run_facts.h"
#include "results/store/checked_reader.h"
#include "results/store/store.h"

namespace dsb {
namespace {

constexpr int32_t kModelDrafts = 5;  // of the block that model:AL means

std::shared_ptr<const AcceptanceModel> ParseSurvival(const std::string& list,
                                                     const std::string& what) {
  std::vector<double> survival;
  for (size_t first = 0; first <= list.size();) {
    const size_t comma = std::min(list.find(',', first), list.size());
    const std::optional<double> share = ParseNumber(list.substr(first, comma - first));
    if (!share) {
      ThrowBadInput("--acceptance: '" + what + "': found '" + list.substr(first, comma - first) +
                    "', expected shares from 0 to 1 with commas between them");
    }
    survival.push_back(*share);
    first = comma + 1;
  }
  return MakeSurvivalAcceptance(std::move(survival));
}

std::shared_ptr<const AcceptanceModel> ParseModel(const std::string& text,
                                                  const std::string& what) {
  const size_t at = text.find('@');
  const std::optional<double> length = ParseNumber(text.substr(0, at));
  const std::optional<int64_t> drafts =
      at == std::string::npos ? kModelDrafts : ParseInteger(text.substr(at + 1));
  if (!length || !drafts || *drafts < 1 || *drafts > kLongestDraft) {
    ThrowBadInput("--acceptance: '" + what +
                  "': expected model:AL or model:AL@DRAFTS, as in "
                  "model:3.6@5");
  }
  GeneratedAcceptanceOptions options;
  options.delta = SolveDelta(options, *length, static_cast<int32_t>(*drafts));
  return MakeGeneratedAcceptance(options);
}

// From an unfinished answer, a round whose block was shorter than the run's, one that was not
// verified whole or that a stop token cut nothing is learnt: they are not among them.
std::vector<RecordedAnswer> WholeRounds(const RunData& data) {
  std::vector<RecordedAnswer> answers;
  for (const RequestRow& row : data.requests) {
    if (row.request.phase != "measured" || !Finished(row.request)) continue;
    RecordedAnswer& answer = answers.emplace_back();
    for (const BurstRecord& burst : row.request.bursts) {
      answer.num_tokens += static_cast<int32_t>(burst.num_tokens);
    }
    for (const RoundRecord& round : row.request.rounds) {
      const int64_t whole = data.run.draft_length;
      if (round.proposed != whole || round.verified != whole || round.cut != 0) continue;
      answer.rounds.push_back(
          {.confidence = round.confidence, .accepted = static_cast<int32_t>(round.accepted)});
    }
  }
  return answers;
}

std::string Sha256Of(const std::vector<RecordedAnswer>& answers) {
  std::string bytes;
  const auto add = [&bytes](const auto& value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  for (const RecordedAnswer& answer : answers) {
    add(answer.num_tokens);
    add(answer.rounds.size());
    for (const RecordedRound& round : answer.rounds) {
      add(round.accepted);
      add(round.confidence.size());
      for (const float confidence : round.confidence) add(confidence);
    }
  }
  return Sha256Hex(bytes);
}

Acceptance ReadRounds(const std::string& what, const std::string& drafter) {
  const RunSelector chosen = RunSelector::Parse(what);
  const Store store(chosen.path, {.mode = Store::Mode::kReadOnly});
  const std::vector<RunRecord> runs = ReadRuns(store);
  const RunRecord* run = nullptr;
  if (!chosen.run.empty()) {
    run = &FindRun(runs, chosen.run, "--acceptance");
  } else {
    std::vector<const RunRecord*> fitting;
    for (const RunRecord& one : runs) {
      if (one.drafter == drafter && one.policy == "fixed") fitting.push_back(&one);
    }
    run = NewestOf(fitting);
  }
  if (run == nullptr) {
    ThrowBadInput("--acceptance: " + what + ": found " + ListOf(runs) + ", expected a run of " +
                  drafter + " with policy fixed, or FILE:RUN");
  }
  const CheckedRun data = ReadCheckedRun(store, run->id, {.token_ids = false, .steps = false});
  const std::string behind = chosen.run.empty() ? "" : ':' + chosen.run;
  std::vector<RecordedAnswer> answers = WholeRounds(data);
  std::string identity = FileName(chosen.path) + behind + ", rounds " + Sha256Of(answers);
  return {.model = MakeRecordedAcceptance(
              std::move(answers), static_cast<int32_t>(data->run.draft_length), ShownName(*run)),
          .identity = std::move(identity)};
}

}  // namespace

std::shared_ptr<const AcceptanceModel> RecordedRoundsOf(const RunData& data,
                                                        const std::string& source) {
  return MakeRecordedAcceptance(WholeRounds(data), static_cast<int32_t>(data.run.draft_length),
                                source);
}

Acceptance ParseAcceptance(const std::string& what, const std::string& drafter) {
  const std::string survival = "survival:", model = "model:";
  if (what.starts_with(survival)) return {ParseSurvival(what.substr(survival.size()), what), what};
  if (what.starts_with(model)) return {ParseModel(what.substr(model.size()), what), what};
  return ReadRounds(what, drafter);
}

}  // namespace dsb
