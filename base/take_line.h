// Texts line by line, whatever their line ends are.
#pragma once

#include <cstddef>
#include <string_view>

namespace dsb {

// The next line without its end (LF or CRLF); `rest` moves past it.
inline std::string_view TakeLine(std::string_view* rest) {
  const size_t end = rest->find('\n');
  std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end == std::string_view::npos ? rest->size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace dsb
