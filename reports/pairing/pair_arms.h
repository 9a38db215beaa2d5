// Which runs of two files belong together: arm by arm, and within an arm question by question
// (sampling, token limit, inputs). What has no partner is named, never left out in silence.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "results/run_record.h"

namespace dsb {

struct ArmPairs {
  std::vector<std::pair<int64_t, int64_t>> pairs;        // (baseline, candidate) run ids
  std::vector<int64_t> only_baseline, only_candidate;    // the runs of arms without a partner
  std::vector<std::pair<int64_t, int64_t>> passed_over;  // candidates: (unfinished, the one taken)
};

// What a run was asked, as far as its own row says: runs of one arm and question repeat each other.
std::string QuestionOf(const RunRecord& run);

// Of each arm and question the newest complete run, else the newest. If an arm was asked one
// question on either side, not the same, the two are still paired: the fields that differ are then
// the finding.
ArmPairs PairArms(const std::vector<RunRecord>& baseline, const std::vector<RunRecord>& candidate);

// The run of `others` that belongs to `named`: of its arm and question, else of its arm; of several
// the newest complete one, else the newest. Null if the arm is not there.
const RunRecord* PartnerOf(const RunRecord& named, const std::vector<RunRecord>& others);

// Every arm of one file against its plain one (drafter none), question by question. Where a
// question has no plain run, the newest of another is taken, so that the difference is seen.
std::vector<std::pair<int64_t, int64_t>> PairWithPlain(const std::vector<RunRecord>& runs);

}  // namespace dsb
