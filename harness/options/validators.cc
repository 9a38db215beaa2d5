#include "harness/options/validators.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include "base/quoted.h"
#include "base/utf8.h"
#include "engines/drafter.h"
#include "harness/options/suggestion.h"

namespace dsb {
namespace {

std::string NumberWords(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

template <typename Number>
std::optional<Number> ParseNumber(const std::string& text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> ParseInteger(const std::string& text) { return ParseNumber<int64_t>(text); }

std::optional<double> ParseNumber(const std::string& text) {
  const std::optional<double> value = ParseNumber<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return *value == 0 ? 0.0 : *value;  // -0 is 0, also where a run's options are compared
}

OptionCheck IntegerIn(int64_t lowest, int64_t highest) {
  return [lowest, highest](const std::string& text) -> std::string {
    const std::optional<int64_t> value = ParseInteger(text);
    if (value && *value >= lowest && *value <= highest) return {};
    return "expected an integer from " + std::to_string(lowest) + " to " + std::to_string(highest) +
           ", found '" + text + "'";
  };
}

OptionCheck NumberIn(double lowest, double highest, bool above) {
  return [lowest, highest, above](const std::string& text) -> std::string {
    const std::optional<double> value = ParseNumber(text);
    if (value && (above ? *value > lowest : *value >= lowest) && *value <= highest) return {};
    return std::string("expected a number ") + (above ? "above " : "from ") + NumberWords(lowest) +
           " to " + NumberWords(highest) + ", found '" + text + "'";
  };
}

OptionCheck OneOf(std::vector<std::string> names) {
  return [names = std::move(names)](const std::string& text) -> std::string {
    if (std::find(names.begin(), names.end(), text) != names.end()) return {};
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return "expected one of " + list + ", found '" + text + "'" + Suggestion(text, names);
  };
}

OptionCheck NotEmpty() {
  return [](const std::string& text) -> std::string {
    return text.empty() ? "expected a value, found nothing" : "";
  };
}

bool IsPlainName(const std::string& text) {
  constexpr size_t kLongestName = 40;
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '.' || c == '-' || c == '_';
         });
}

OptionCheck PlainName() {
  return [](const std::string& text) -> std::string {
    if (IsPlainName(text)) return {};
    return "expected a name of letters, digits, '.', '-' and '_', at most 40, found " +
           Quoted(text);
  };
}

OptionCheck OneLine() {
  return [](const std::string& text) -> std::string {
    if (text.size() > kLongestText) {
      return "expected text of at most " + std::to_string(kLongestText) + " bytes, found " +
             std::to_string(text.size());
    }
    std::string_view rest = text;
    while (!rest.empty()) {
      const Utf8Step step = NextUtf8(rest);
      const char32_t c = step.code_point;
      if ((c >= 0x0A && c <= 0x0D) || c == 0x85 || c == 0x2028 || c == 0x2029) {
        return "expected text on one line, found a line break in " + Quoted(text);
      }
      rest.remove_prefix(step.length);
    }
    return {};
  };
}

OptionCheck NotEmptyLine() {
  return [](const std::string& text) { return text.empty() ? NotEmpty()(text) : OneLine()(text); };
}

OptionCheck DraftLength() { return IntegerIn(0, kLongestDraft); }

}  // namespace dsb
