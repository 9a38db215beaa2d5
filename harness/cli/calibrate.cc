#include "harness/calibrate/calibrate.h"

#include <memory>

#include "harness/cli/command.h"

namespace dsb {
namespace {

std::vector<Option> DescribeCalibrate(CalibrateOptions& o) {
  return {{.name = "results",
           .value = &o.results,
           .value_name = "FILE",
           .help = "results file of `dsbench run` with prompts that no report will use",
           .check = NotEmpty(),
           .positional = true,
           .path = PathForm::kPlain},
          {.name = "run",
           .value = &o.run,
           .value_name = "RUN",
           .help = "run number, arm or drafter; default: the only one that drafts",
           .check = NotEmpty()},
          {.name = "output",
           .value = &o.output,
           .value_name = "FILE",
           .help = "calibration, as docs/calibration.md says",
           .check = NotEmpty(),
           .required = true,
           .path = PathForm::kPlain,
           .written = WrittenAs::kCalibration},
          {.name = "fit-share",
           .value = &o.fit.fit_share,
           .value_name = "SHARE",
           .help = "of the prompts, chosen by a hash of their keys: the others judge the fit",
           .check = NumberIn(0.1, 0.9)}};
}

}  // namespace

Command CalibrateCommand() {
  auto options = std::make_shared<CalibrateOptions>();
  return {.name = "calibrate",
          .summary = "Fit temperatures to a drafter's confidences on a stored run's prompts",
          .options = DescribeCalibrate(*options),
          .action = [options] { return Calibrate(*options); }};
}

}  // namespace dsb
