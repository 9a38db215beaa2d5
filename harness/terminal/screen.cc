#include "harness/terminal/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>

namespace dsb {
namespace {

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// 0: not said.
int ColumnsVariable() {
  const std::string text = Variable("COLUMNS");
  int columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc() && end == text.data() + text.size() && columns > 0 ? columns : 0;
}

}  // namespace

bool IsTerminal(std::FILE* stream) {
  const std::string term = Variable("TERM");
  return isatty(fileno(stream)) == 1 && !term.empty() && term != "dumb";
}

int ColumnsOf(std::FILE* stream) {
  winsize size{};
  int columns = 0;
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0) columns = size.ws_col;
  if (columns == 0) columns = ColumnsVariable();
  if (columns == 0) columns = kMostColumns;
  return std::clamp(columns, kLeastColumns, kMostColumns);
}

bool ShowsColour(std::FILE* stream) { return IsTerminal(stream) && Variable("NO_COLOR").empty(); }

}  // namespace dsb
