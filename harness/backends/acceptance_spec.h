// From what --acceptance says to an acceptance model. Reads results files; runs nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engines/simulated/acceptance.h"
#include "results/run_data.h"

namespace dsb {

// "survival:0.8,0.6,...", "model:AL", "model:AL@DRAFTS", "FILE" or "FILE:RUN" with a results file:
// the newest run there of `drafter` with policy fixed, or the run named. kBadInput naming `what`
// and what was expected; kResource if there is no such file.
struct Acceptance {
  std::shared_ptr<const AcceptanceModel> model;
  // Equal where the model is: what was said, and the hash of the rounds that a file gave.
  std::string identity;
};
Acceptance ParseAcceptance(const std::string& what, const std::string& drafter);

// The measured requests of a run, as they finished. Left out: rounds whose block was shorter than
// the run's draft length, was not verified whole, or was cut by a stop token (a stop hides what
// would have followed).
std::shared_ptr<const AcceptanceModel> RecordedRoundsOf(const RunData& data,
                                                        const std::string& source);

}  // namespace dsb
