// Options that several reading commands have.
#pragma once

#include <cstdint>
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

}  // namespace dsb
