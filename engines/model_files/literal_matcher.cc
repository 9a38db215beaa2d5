#include "engines/model_files/literal_matcher.h"

#include <algorithm>
#include <functional>

namespace dsb {

void LiteralMatcher::Add(std::string_view literal, int32_t id) {
  if (literal.empty() || !ids_.emplace(literal, id).second) return;
  std::vector<size_t>& lengths = lengths_[static_cast<unsigned char>(literal.front())];
  const auto place =
      std::lower_bound(lengths.begin(), lengths.end(), literal.size(), std::greater<>());
  if (place == lengths.end() || *place != literal.size()) lengths.insert(place, literal.size());
}

std::optional<LiteralMatcher::Match> LiteralMatcher::FindFrom(std::string_view text,
                                                              size_t from) const {
  for (size_t at = from; at < text.size(); ++at) {
    for (const size_t length : lengths_[static_cast<unsigned char>(text[at])]) {
      if (length > text.size() - at) continue;
      const auto found = ids_.find(text.substr(at, length));
      if (found != ids_.end()) return Match{at, length, found->second};
    }
  }
  return std::nullopt;
}

int32_t LiteralMatcher::IdOf(std::string_view literal) const {
  const auto found = ids_.find(literal);
  return found == ids_.end() ? -1 : found->second;
}

}  // namespace dsb
