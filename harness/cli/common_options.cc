#include "harness/cli/common_options.h"

#include <utility>

#include "base/error.h"

namespace dsb {

Option FormatOption(std::string& format, std::vector<std::string> names, const std::string& help) {
  format = names.front();
  return {.name = "format",
          .value = &format,
          .value_name = "NAME",
          .help = help,
          .choices = std::move(names)};
}

Option PublishedDataOption(std::string& folder) {
  return {.name = "data",
          .value = &folder,
          .value_name = "FOLDER",
          .help = "published figures; default: the shipped ones ($DSBENCH_PUBLISHED if set)",
          .check = NotEmpty(),
          .path = PathForm::kPlain};
}

Option PredictionThreadsOption(int32_t& threads) {
  return {.name = "threads",
          .value = &threads,
          .value_name = "THREADS",
          .help = "CPU threads, which change nothing printed; 0: one per usable core",
          .check = IntegerIn(0, 256)};
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

void RefuseAllBut(const std::set<std::string>& useful, const std::set<std::string>& given,
                  const std::string& why) {
  for (const std::string& name : given) {
    if (!useful.contains(name)) ThrowBadInput("--" + name + ": " + why);
  }
}

void RefuseThese(const std::set<std::string>& useless, const std::set<std::string>& given,
                 const std::string& why) {
  for (const std::string& name : given) {
    if (useless.contains(name)) ThrowBadInput("--" + name + ": " + why);
  }
}

}  // namespace dsb
