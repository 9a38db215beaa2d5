// A table as lines of a terminal.
#pragma once

#include <cstddef>
#include <string>

#include "reports/document/document.h"

namespace dsb {

// `columns` characters wide at most. What is too wide is wrapped in its column: text, and titles
// over short figures. If that is not enough, every row becomes a block: its leading text, then a
// line "TITLE  VALUE" for each other cell.
std::string TerminalTable(const Table& table, size_t columns);

}  // namespace dsb
