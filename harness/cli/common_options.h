// Options that several reading commands have.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "harness/options/option.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

// --format: one of `names`, the first unless told otherwise.
Option FormatOption(std::string& format, std::vector<std::string> names, const std::string& help);
// --data and --threads of what is predicted from published figures.
Option PublishedDataOption(std::string& folder);
Option PredictionThreadsOption(int32_t& threads);
// --resamples and --statistics-seed.
std::vector<Option> BootstrapOptionList(BootstrapOptions& options);

// kBadInput "--NAME: WHY" for an option of `given` that is not among `useful`, or that is among
// `useless`: what is passed over without a word reads as if it had been done.
void RefuseAllBut(const std::set<std::string>& useful, const std::set<std::string>& given,
                  const std::string& why);
void RefuseThese(const std::set<std::string>& useless, const std::set<std::string>& given,
                 const std::string& why);

}  // namespace dsb
