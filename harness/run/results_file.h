// The results file as the commands meet it: whether it can be written, found out before hours of
// work; what the user is told while it is locked; how to continue what did not end well.
#pragma once

#include <string>
#include <vector>

#include "harness/options/record_options.h"
#include "results/run_data.h"
#include "results/store/store.h"

namespace dsb {

// kBadInput or kResource if results cannot go to options.output. Leaves nothing behind, and a file
// that is there as it is. Says on stderr if there is little space.
void CheckOutput(const RecordOptions& options);
// A folder that `option` names a file in. kBadInput, kResource.
void CheckPlace(const char* option, const std::string& path);

// For writing; stderr hears of locks that are waited for.
Store OpenForRun(const RecordOptions& options);
// For reading, or for adding what may as well be missing; likewise, but waits for a minute only.
Store::Options ReadingOptions(const std::string& path);
Store::Options AddingOptions(const std::string& path);

// Warns of a run that is not whole, or of figures that nobody measured, before they go elsewhere.
void WarnOfDoubts(const RunData& data);

// "dsbench run ... --resume", with the paths as given, unlike the stored command line.
std::string ResumeCommand(const std::vector<std::string>& arguments, bool resumes_already);

}  // namespace dsb
