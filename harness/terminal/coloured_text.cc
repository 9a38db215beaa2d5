#include "harness/terminal/coloured_text.h"

namespace dsb {
namespace {

constexpr std::string_view kEvenRound = "\x1b[32m";  // green
constexpr std::string_view kOddRound = "\x1b[36m";   // cyan
constexpr std::string_view kTarget = "\x1b[33m";     // yellow
constexpr std::string_view kReset = "\x1b[0m";

std::string Wrap(std::string_view colour, std::string_view text) {
  std::string wrapped(colour);
  wrapped += text;
  wrapped += kReset;
  return wrapped;
}

}  // namespace

std::string ColouredText::Paint(std::string_view text, TokenSource source, int round) const {
  if (!colour_ || text.empty()) return std::string(text);
  if (source == TokenSource::kTarget) return Wrap(kTarget, text);
  return Wrap(round % 2 == 0 ? kEvenRound : kOddRound, text);
}

std::string ColouredText::Legend() const {
  if (!colour_) return {};
  return Wrap(kEvenRound, "accepted") + ' ' + Wrap(kOddRound, "drafts") +
         " (the colour changes every round), " + Wrap(kTarget, "the target's own token");
}

}  // namespace dsb
