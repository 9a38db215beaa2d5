// Figures for other programs: one row each, the same columns for all (tidy data).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace dsb {

using DataCell = std::variant<std::monostate, std::string, int64_t, double>;  // monostate: no value

struct DataTable {
  std::vector<std::string> columns;
  std::vector<std::vector<DataCell>> rows;  // each as long as columns
};

// The same without the columns of these names: what a page need not carry.
DataTable WithoutColumns(DataTable table, const std::vector<std::string>& names);

// RFC 4180 with \n: a head line, then a line a row; no value is an empty cell, numbers are written
// so that reading them gives the same number. Text is shown as base/quoted.h says, and what a
// spreadsheet would take for a formula gets an apostrophe before it.
std::string PrintCsv(const DataTable& table);

// For the inside of a <script> element, on one line, with what repeats said once: the columns in
// parts of so many columns each (their sum is all columns; none: each alone),
//   {"columns":[...],"parts":[{"cells":[[...],...],"rows":[...]},...]}
// where `rows` has a number a row, an index into the part's distinct `cells`; -N stands for N more
// rows like the last one. Numbers are written so that reading them gives the same number.
std::string PrintScriptJson(const DataTable& table, std::vector<size_t> parts = {});

}  // namespace dsb
