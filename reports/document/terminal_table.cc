#include "reports/document/terminal_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/quoted.h"
#include "reports/document/wrap.h"

namespace dsb {
namespace {

constexpr size_t kGap = 2;             // blanks between columns
constexpr size_t kNarrowestText = 14;  // of a text column that is wrapped

using Cells = std::vector<std::string>;

struct Grid {
  const Table& table;
  Cells titles;
  std::vector<Cells> rows;
};

Grid Clean(const Table& table) {
  Grid grid{.table = table, .titles = {}, .rows = {}};
  for (const Table::Column& column : table.columns) grid.titles.push_back(Shown(column.title));
  for (const Cells& row : table.rows) {
    Cells& cells = grid.rows.emplace_back();
    for (const std::string& cell : row) cells.push_back(Shown(cell));
  }
  return grid;
}

size_t LongestWord(const std::string& text) {
  size_t longest = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    longest = std::max(longest, WidthOf(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return longest;
}

size_t WidestCell(const Grid& grid, size_t c) {
  size_t width = 0;
  for (const Cells& row : grid.rows) width = std::max(width, WidthOf(row[c]));
  return width;
}

size_t Sum(const std::vector<size_t>& widths) {
  size_t sum = kGap * (widths.size() - 1);
  for (const size_t width : widths) sum += width;
  return sum;
}

// Takes characters from the widest column that is wider than its `least`, until all fit.
void Shrink(const std::vector<size_t>& least, size_t columns, std::vector<size_t>& widths) {
  while (Sum(widths) > columns) {
    size_t widest = widths.size();
    for (size_t c = 0; c < widths.size(); ++c) {
      const bool can = widths[c] > least[c];
      if (can && (widest == widths.size() || widths[c] > widths[widest])) widest = c;
    }
    if (widest == widths.size()) return;
    --widths[widest];
  }
}

// Empty: the table does not fit.
std::vector<size_t> Widths(const Grid& grid, size_t columns) {
  std::vector<size_t> widths, wrapped_titles, wrapped_text;
  for (size_t c = 0; c < grid.titles.size(); ++c) {
    const size_t cell = WidestCell(grid, c);
    widths.push_back(std::max(WidthOf(grid.titles[c]), cell));
    wrapped_titles.push_back(std::max(LongestWord(grid.titles[c]), cell));
    const bool is_text = grid.table.columns[c].left;
    wrapped_text.push_back(is_text ? std::min(widths[c], kNarrowestText) : wrapped_titles[c]);
  }
  Shrink(wrapped_titles, columns, widths);
  Shrink(wrapped_text, columns, widths);
  if (Sum(widths) > columns) widths.clear();
  return widths;
}

std::string RowText(const Grid& grid, const std::vector<size_t>& widths, const Cells& cells) {
  std::vector<Cells> lines;
  size_t height = 1;
  for (size_t c = 0; c < cells.size(); ++c) {
    lines.push_back(Wrap(cells[c], widths[c]));
    height = std::max(height, lines[c].size());
  }
  std::string out;
  for (size_t h = 0; h < height; ++h) {
    std::string line;
    for (size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) line += std::string(kGap, ' ');
      const std::string cell = h < lines[c].size() ? lines[c][h] : "";
      const std::string padding(widths[c] - WidthOf(cell), ' ');
      line += grid.table.columns[c].left ? cell + padding : padding + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

void AppendIndented(const std::string& text, size_t columns, std::string& out) {
  for (const std::string& line : Wrap(text, columns - kGap)) {
    out += std::string(kGap, ' ') + line + "\n";
  }
}

// The rows one below the other.
std::string Blocks(const Grid& grid, size_t columns) {
  size_t num_leading = 0, title_width = 0;
  while (num_leading < grid.titles.size() && grid.table.columns[num_leading].left) ++num_leading;
  for (size_t c = std::max<size_t>(1, num_leading); c < grid.titles.size(); ++c) {
    title_width = std::max(title_width, WidthOf(grid.titles[c]));
  }
  std::string out;
  for (const Cells& row : grid.rows) {
    std::string lead = num_leading == 0 ? grid.titles[0] + ' ' + row[0] : "";
    for (size_t c = 0; c < num_leading; ++c) {
      if (!row[c].empty()) lead += (lead.empty() ? "" : ", ") + row[c];
    }
    for (const std::string& line : Wrap(lead, columns)) out += line + "\n";
    for (size_t c = std::max<size_t>(1, num_leading); c < row.size(); ++c) {
      if (row[c].empty()) continue;
      const std::string padding(title_width - WidthOf(grid.titles[c]) + kGap, ' ');
      const std::string line = grid.titles[c] + padding + row[c];
      const bool fits = WidthOf(line) + kGap <= columns;
      AppendIndented(fits ? line : grid.titles[c] + ": " + row[c], columns, out);
    }
  }
  return out;
}

}  // namespace

std::string TerminalTable(const Table& table, size_t columns) {
  const Grid grid = Clean(table);
  const std::vector<size_t> widths = Widths(grid, columns);
  if (widths.empty()) return Blocks(grid, std::max(columns, kGap + 1));
  Cells rules;
  for (const size_t width : widths) rules.emplace_back(width, '-');
  std::string out = RowText(grid, widths, grid.titles) + RowText(grid, widths, rules);
  for (const Cells& row : grid.rows) out += RowText(grid, widths, row);
  return out;
}

}  // namespace dsb
