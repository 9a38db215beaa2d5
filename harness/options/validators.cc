#include "harness/options/validators.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace dsb {
namespace {

std::string Text(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

// The whole of `text` as one number; false if it is none.
template <typename Number>
bool Parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

OptionCheck IntegerIn(int64_t lowest, int64_t highest) {
  return [lowest, highest](const std::string& text) -> std::string {
    int64_t value = 0;
    if (Parse(text, value) && value >= lowest && value <= highest) return {};
    return "expected an integer from " + std::to_string(lowest) + " to " + std::to_string(highest) +
           ", found '" + text + "'";
  };
}

OptionCheck NumberIn(double lowest, double highest, bool above) {
  return [lowest, highest, above](const std::string& text) -> std::string {
    double value = 0;
    const bool number = Parse(text, value) && std::isfinite(value);
    if (number && (above ? value > lowest : value >= lowest) && value <= highest) return {};
    return std::string("expected a number ") + (above ? "above " : "from ") + Text(lowest) +
           " to " + Text(highest) + ", found '" + text + "'";
  };
}

OptionCheck OneOf(std::vector<std::string> names) {
  return [names = std::move(names)](const std::string& text) -> std::string {
    if (std::find(names.begin(), names.end(), text) != names.end()) return {};
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return "expected one of " + list + ", found '" + text + "'";
  };
}

OptionCheck NotEmpty() {
  return [](const std::string& text) -> std::string {
    return text.empty() ? "expected a value, found nothing" : "";
  };
}

}  // namespace dsb
