#include "engines/remote/counters.h"

#include <charconv>
#include <cmath>
#include <optional>

namespace dsb {
namespace {

constexpr size_t kMostNames = 4096, kLongestName = 200;

bool IsNameLetter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == ':';
}

// Where the labels that begin at `at` ('{') end; npos: not on this line.
size_t EndOfLabels(std::string_view line, size_t at) {
  bool quoted = false;
  for (; at < line.size(); ++at) {
    if (quoted && line[at] == '\\') {
      ++at;
    } else if (line[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && line[at] == '}') {
      return at;
    }
  }
  return std::string_view::npos;
}

// "{position=2}" or nothing.
std::string PositionOf(std::string_view labels) {
  for (const std::string_view key : {"position=\"", "token_position=\""}) {
    const size_t at = labels.find(key);
    if (at == std::string_view::npos || (at > 0 && IsNameLetter(labels[at - 1]))) continue;
    const std::string_view rest = labels.substr(at + key.size());
    const std::string_view number = rest.substr(0, rest.find('"'));
    if (number.empty() || number.size() > 4 ||
        number.find_first_not_of("0123456789") != std::string_view::npos) {
      continue;
    }
    return "{position=" + std::string(number) + "}";
  }
  return {};
}

void TakeLine(std::string_view line, ServerCounters& counters) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  size_t at = 0;
  while (at < line.size() && IsNameLetter(line[at])) ++at;
  if (at == 0 || at > kLongestName) return;
  std::string name(line.substr(0, at));
  if (name.ends_with("_created") || name.ends_with("_bucket")) return;
  if (at < line.size() && line[at] == '{') {
    const size_t end = EndOfLabels(line, at);
    if (end == std::string_view::npos) return;
    name += PositionOf(line.substr(at, end - at));
    at = end + 1;
  }
  const size_t begin = line.find_first_not_of(" \t", at);
  if (begin == std::string_view::npos || begin == at) return;
  const std::string_view text = line.substr(begin, line.find_first_of(" \t", begin) - begin);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return;
  if (counters.size() >= kMostNames && !counters.contains(name)) return;
  double& sum = counters[name];
  if (std::isfinite(sum + value)) sum += value;
}

}  // namespace

ServerCounters ReadCounters(std::string_view text) {
  ServerCounters counters;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    TakeLine(text.substr(0, end), counters);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return counters;
}

std::string RestartBetween(const ServerCounters& before, const ServerCounters& after) {
  for (const auto& [name, value] : before) {
    const bool is_counter = name.substr(0, name.find('{')).ends_with("_total");
    const auto found = after.find(name);
    if (!is_counter || found == after.end() || found->second >= value) continue;
    return "counter " + name + " fell from " + std::to_string(value) + " to " +
           std::to_string(found->second) + ": the server was started anew";
  }
  return {};
}

}  // namespace dsb
