// What the rows say of a run beyond its measurements: its arm's name, its configuration, and what
// must be equal before two runs may be compared.
#pragma once

#include <string>
#include <vector>

#include "results/facts.h"
#include "results/run_config.h"
#include "results/run_data.h"

namespace dsb {

// kBadInput naming the run if its configuration is none of ours.
RunConfig ConfigOf(const RunRecord& run);
// Why ConfigOf would throw; empty if it would not. One run of another build's keys must not cost
// the others.
std::string ConfigProblem(const RunRecord& run);

// The same for all arms that one command started; "" if the configuration does not say, or is none
// of ours.
std::string SessionOf(const RunRecord& run);

// "none", "dspark fixed 7", "dspark@mine threshold 0.5 7".
std::string ArmName(const RunRecord& run);
bool IsBaseline(const RunRecord& run);  // drafter none
bool IsForeign(const RunRecord& run);   // measured on, or by, another program
bool IsGreedy(const RunRecord& run);    // temperature < 1e-5: the engine draws nothing
// The watched twin of a run (`dsbench run --device-time`): its device times are of use, its speed
// is not.
bool IsObserved(const RunRecord& run);
// One run, or a copy of it: the same uuid, or, of a real clock, the same times to the last
// nanosecond.
bool AreOneRun(const RunData& a, const RunData& b);
// Without the observed ones. A run whose configuration is none of ours stays: whoever picks it is
// told.
std::vector<RunRecord> UnobservedRuns(std::vector<RunRecord> runs);

// The artifact's SHA-256 of a role; "" if the run has none.
std::string HashOf(const RunData& data, const std::string& role);

// What a run was asked with, as far as its row says: mode, arrivals, rate, users and what else
// holds requests back.
std::vector<Fact> LoadFacts(const RunRecord& run);

// Fields that make two runs different measurements: workload, target, prompt form, temperature,
// top_p, top_k, max_tokens.
std::vector<Fact> ComparableFacts(const RunData& data);

// The same of a run's row alone, and what it ran on besides: weights, device, threads. Whatever its
// arm and load.
std::vector<Fact> AskedFacts(const RunRecord& run);

// Runs of one set answer one question: label and ComparableFacts are equal, and so are device,
// weights, threads and load.
std::string SetKey(const RunData& data);

}  // namespace dsb
