// `dsbench calibrate`: fits the temperatures of a drafter's confidences on half of the prompts of a
// stored run, judges them on the others and writes a calibration
// (engines/scheduling/calibration.h).
#pragma once

#include <string>

#include "base/error.h"
#include "results/metrics/calibration_fit.h"

namespace dsb {

struct CalibrateOptions {
  std::string results = "results.db";
  std::string run;     // as find_run.h takes it; empty: the only arm with a drafter
  std::string output;  // file
  CalibrationFitOptions fit;
};

// Writes options.output whole and prints figures by position, reliability and threshold sweep.
// kBadInput as FitCalibration, or naming the runs there are; kResource if a file cannot be read.
ExitCode Calibrate(const CalibrateOptions& options);

}  // namespace dsb
