// Pieces of an answer on a terminal: accepted drafts in alternating colours, one per round; the
// target's own tokens plain.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

enum class TokenSource { kTarget, kAcceptedDraft };

class ColouredText {
 public:
  explicit ColouredText(bool colour) : colour_(colour) {}
  // `text` wrapped for the terminal; `round` counts the request's rounds.
  std::string Paint(std::string_view text, TokenSource source, int round) const;
  // One line that explains the colours; empty without colour.
  std::string Legend() const;

 private:
  bool colour_;
};

}  // namespace dsb
