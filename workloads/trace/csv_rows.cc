#include "workloads/trace/csv_rows.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/quoted.h"
#include "workloads/trace/trace.h"

namespace dsb {
namespace {

std::vector<std::string_view> Fields(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const size_t comma = line.find(',');
    fields.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

std::string ListOf(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
  return list;
}

}  // namespace

CsvColumns::CsvColumns(std::string_view header, const std::vector<std::string>& expected,
                       const std::string& place) {
  std::vector<bool> seen(expected.size());
  for (const std::string_view name : Fields(header)) {
    const auto found = std::find(expected.begin(), expected.end(), name);
    const auto column = static_cast<size_t>(found - expected.begin());
    if (found == expected.end() || seen[column]) {
      ThrowBadInput(place + ": column " + Quoted(name) +
                    (found == expected.end() ? " is unknown" : " is there twice") +
                    ", expected the columns " + ListOf(expected));
    }
    seen[column] = true;
    order_.push_back(column);
  }
  for (size_t column = 0; column < expected.size(); ++column) {
    if (seen[column]) continue;
    ThrowBadInput(place + ": column \"" + expected[column] +
                  "\" is missing, expected the columns " + ListOf(expected));
  }
}

std::vector<std::string_view> CsvColumns::Split(std::string_view line,
                                                const std::string& place) const {
  const std::vector<std::string_view> fields = Fields(line);
  if (fields.size() != order_.size()) {
    ThrowBadInput(place + ": found " + std::to_string(fields.size()) + " fields, expected " +
                  std::to_string(order_.size()));
  }
  std::vector<std::string_view> values(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) values[order_[i]] = fields[i];
  return values;
}

int64_t TokensOf(std::string_view text, const std::string& column, const std::string& place) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 ||
      value > kMaxTraceTokens) {
    ThrowBadInput(place + ": " + column + " is " + Quoted(text) +
                  ", expected an integer from 0 to " + std::to_string(kMaxTraceTokens));
  }
  return value;
}

}  // namespace dsb
