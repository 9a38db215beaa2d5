#include "harness/options/suggestion.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace dsb {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Letters to insert, drop, change or swap with their neighbour.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string ListOf(const std::vector<std::string>& names) {
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) list += i + 1 < names.size() ? ", " : " or ";
    list += names[i];
  }
  return list;
}

std::string Suggestion(const std::string& found, const std::vector<std::string>& known) {
  const std::string wanted = Lower(found);
  const std::string* nearest = nullptr;
  size_t least = 0;
  for (const std::string& name : known) {
    const std::string candidate = Lower(name);
    const bool begins = wanted.size() >= 3 && candidate.starts_with(wanted);
    const size_t distance = begins ? 1 : Distance(wanted, candidate);
    const size_t most = std::max<size_t>(1, std::min(wanted.size(), candidate.size()) / 3);
    if (distance > most || (nearest != nullptr && distance >= least)) continue;
    nearest = &name;
    least = distance;
  }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

}  // namespace dsb
