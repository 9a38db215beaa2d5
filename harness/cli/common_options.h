// Options that several reading commands have.
#pragma once

#include <string>
#include <vector>

#include "harness/options/option.h"
#include "results/statistics/bootstrap.h"

namespace dsb {

// --format: one of `names`, the first unless told otherwise.
Option FormatOption(std::string& format, std::vector<std::string> names, const std::string& help);
// --resamples and --statistics-seed.
std::vector<Option> BootstrapOptionList(BootstrapOptions& options);

}  // namespace dsb
