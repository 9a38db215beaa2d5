#include "harness/cli/common_options.h"

#include <utility>

namespace dsb {

Option FormatOption(std::string& format, std::vector<std::string> names, const std::string& help) {
  format = names.front();
  return {.name = "format",
          .value = &format,
          .value_name = "NAME",
          .help = help,
          .choices = std::move(names)};
}

std::vector<Option> BootstrapOptionList(BootstrapOptions& options) {
  return {{.name = "resamples",
           .value = &options.num_resamples,
           .value_name = "RESAMPLES",
           .help = "bootstrap resamples of the intervals",
           .check = IntegerIn(100, 1'000'000)},
          {.name = "statistics-seed",
           .value = &options.statistics_seed,
           .value_name = "INTEGER",
           .help = "of the resampling",
           .check = IntegerIn(0, INT64_MAX)}};
}

}  // namespace dsb
