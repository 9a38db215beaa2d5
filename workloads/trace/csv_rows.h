// Rows of a csv file with a header, by column name. No quoting: the traces' values have none. Used
// by trace.cc only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

class CsvColumns {
 public:
  // `place` is "FILE:LINE" of the header. kBadInput unless it names exactly `expected`, in any
  // order.
  CsvColumns(std::string_view header, const std::vector<std::string>& expected,
             const std::string& place);
  // The values in the order of `expected`. kBadInput if there are more or fewer than columns.
  std::vector<std::string_view> Split(std::string_view line, const std::string& place) const;

 private:
  std::vector<size_t> order_;  // of a line's fields: which expected column each is
};

// A count of tokens. kBadInput "PLACE: COLUMN is ..., expected ..." on anything but an integer from
// 0 to 2^31 - 1.
int64_t TokensOf(std::string_view text, const std::string& column, const std::string& place);

}  // namespace dsb
