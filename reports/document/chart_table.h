// A chart as the table of its points, for printers that do not draw.
#pragma once

#include "reports/document/document.h"

namespace dsb {

// A row a point: series, point (if it has a name), x, y, intervals in brackets.
Table TableOf(const Chart& chart);

}  // namespace dsb
