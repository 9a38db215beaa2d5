// A chart as the table of its points, for printers that do not draw.
#pragma once

#include "reports/document/data_table.h"
#include "reports/document/document.h"

namespace dsb {

// A row a point: series, point (if it has a name), x, y, intervals in brackets.
Table TableOf(const Chart& chart);

// The same for other programs: series, published, point, x, x_lo, x_hi, y, y_lo, y_hi, figure. On
// an axis of categories x or y is the category's name.
DataTable DataOf(const Chart& chart);

}  // namespace dsb
