// Options that were given and change nothing beside the others: said, not passed over.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/options/run_options.h"

namespace dsb {

// A line for each. `given`: the names of the options that the command line or its file gives;
// `options` has its arms read.
std::vector<std::string> IdleOptions(const DecodeOptions& options,
                                     const std::set<std::string>& given);

// kBadInput naming an option that belongs to another engine than the one that is asked for: what a
// server drafts and how is its own matter, and no other engine has a server.
void RefuseForeignOptions(const RunOptions& options, const std::set<std::string>& given);

}  // namespace dsb
