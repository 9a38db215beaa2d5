// The run that a name means. Whatever name a report, a comparison or a message prints for a run is
// taken here, and arms as --drafters takes them.
#pragma once

#include <string>
#include <vector>

#include "results/run_record.h"

namespace dsb {

// As reports name it: the arm's name, and whether this is its watched twin: "dspark fixed 7",
// "dspark fixed 7 (observed)". "unknown configuration": only its number names it.
std::string ShownName(const RunRecord& run);
// "1 (none), 2 (dspark fixed 7)"; "no runs".
std::string ListOf(const std::vector<RunRecord>& runs);
// The newest that is complete, or else the newest; null of none.
const RunRecord* NewestOf(const std::vector<const RunRecord*>& runs);

// The run that `selector` names: a number ("2", "#2"), a name ("dspark fixed 7"), both as printed
// ("dspark fixed 7 #2", "2 (dspark fixed 7)"), an arm ("dspark:7:threshold=0.5", "dspark:7") or a
// drafter; "" is the only arm. Of several runs of one arm the newest complete one, else the newest.
// kBadInput naming `side` and what the file has, also if the name fits several arms.
const RunRecord& FindRun(const std::vector<RunRecord>& runs, const std::string& selector,
                         const char* side);
// The same; null if it is not there.
const RunRecord* FindRunIfThere(const std::vector<RunRecord>& runs, const std::string& selector,
                                const char* side);
// What FindRun says then.
std::string NotThere(const std::vector<RunRecord>& runs, const std::string& selector,
                     const char* side);
// `selector` says which run by its number.
bool NamesByNumber(const std::string& selector);

}  // namespace dsb
