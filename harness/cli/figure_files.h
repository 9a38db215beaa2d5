// The report's charts as files for a paper: FOLDER/ID.svg with its values beside it as ID.csv, and
// ID.pdf where rsvg-convert (Debian: librsvg2-bin) is installed.
#pragma once

#include <cstdint>
#include <string>

#include "reports/model/model.h"

namespace dsb {

struct FigureFiles {
  int64_t charts = 0, pdfs = 0;
  bool has_converter = true;
};

// Makes the folder. Files of an earlier call are replaced; kBadInput, before any is written, if one
// is there that is not ours or is the results file; kResource if it cannot be written.
FigureFiles WriteFigures(const ReportModel& model, const std::string& folder,
                         const std::string& results);

}  // namespace dsb
