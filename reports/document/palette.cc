#include "reports/document/palette.h"

#include <array>

namespace dsb {
namespace {

// After Okabe and Ito (jfly.uni-koeln.de/color, 2008), darkened on white and lightened on black
// until each has a contrast of 3 : 1 or more to its ground (WCAG 2.1, 1.4.11).
constexpr std::array<const char*, kNumColours> kOnWhite = {
    "#6b6b6b", "#266ebd", "#ce701a", "#23a767", "#c479b2", "#7c5b21", "#1c426a", "#411982"};
constexpr std::array<const char*, kNumColours> kOnBlack = {
    "#a8a8a8", "#90bbf8", "#b85c16", "#60efa7", "#a5619d", "#ffe167", "#dff4ff", "#6c72d6"};

// Phases and other parts of a whole: shades that read as one family, apart from the arms.
constexpr std::array<const char*, kNumColours> kPartsOnWhite = {
    "#c9d4e3", "#5b84b1", "#9ab7d3", "#d8b365", "#2b5784", "#a67c33", "#8c8c8c", "#d0d0d0"};
constexpr std::array<const char*, kNumColours> kPartsOnBlack = {
    "#44556b", "#86b3e0", "#5d7f9f", "#dcb76a", "#4e82ba", "#a9813a", "#8c8c8c", "#555555"};

// Circle, square, triangle, diamond, triangle downwards, cross, pentagon, star: about equal areas.
constexpr std::array<const char*, kNumColours> kMarkers = {
    "M-3.8 0A3.8 3.8 0 1 0 3.8 0A3.8 3.8 0 1 0-3.8 0Z",
    "M-3.4-3.4H3.4V3.4H-3.4Z",
    "M0-4.6L4.4 3.2H-4.4Z",
    "M0-5L4.4 0L0 5L-4.4 0Z",
    "M0 4.6L4.4-3.2H-4.4Z",
    "M-1.5-4.4H1.5V-1.5H4.4V1.5H1.5V4.4H-1.5V1.5H-4.4V-1.5H-1.5Z",
    "M0-4.4L4.2-1.4L2.6 3.6H-2.6L-4.2-1.4Z",
    "M0-5.2L1.5-1.8L5-1.6L2.3.7L3.2 4.3L0 2.3L-3.2 4.3L-2.3.7L-5-1.6L-1.5-1.8Z"};

constexpr const char* kStyle =
    ".tx{font:12.5px system-ui,-apple-system,'Segoe "
    "UI',Helvetica,Arial,sans-serif;fill:var(--soft);"
    "font-variant-numeric:tabular-nums}.at{fill:var(--text)}.e{text-anchor:end}.mi{text-anchor:"
    "middle}"
    ".gr{stroke:var(--grid);stroke-width:1}.ax{stroke:var(--axis);stroke-width:1}"
    ".gd{stroke:var(--axis);stroke-width:1;stroke-dasharray:2 3;fill:none}"
    ".gs{stroke:var(--text);stroke-width:1.2;fill:none}.gt{fill:var(--soft);font-size:11px}"
    ".m{fill:currentColor;stroke:var(--paper);stroke-width:.7}.w{stroke:currentColor;stroke-width:"
    "1.5;fill:none}"
    ".l{stroke:currentColor;stroke-width:1.7;fill:none;stroke-linejoin:round}.bd{fill:currentColor;"
    "opacity:.15}"
    ".b{fill:currentColor}.st{fill:currentColor;stroke:var(--paper);stroke-width:1}"
    ".h{fill:transparent;stroke:none}.f .m{opacity:.62;stroke-width:.4}"
    ".pub{color:var(--pub)}.pub .l{stroke-width:1.1;stroke-dasharray:4 3}.pub .m{fill:var(--paper);"
    "stroke:currentColor;stroke-width:1.1}";

}  // namespace

std::string ThemeColours(bool dark) {
  std::string css =
      dark ? "--paper:#14161a;--text:#eceef1;--soft:#b3bac4;--grid:#272b32;--axis:#6d7682;"
             "--pub:#8d96a3;--tint:#1c2026;--link:#8cc4ff;--good:#58c99f;--bad:#ff9a6b;"
           : "--paper:#ffffff;--text:#1b1f24;--soft:#545c66;--grid:#e9ecef;--axis:#9aa2ab;"
             "--pub:#7c858f;--tint:#f5f6f8;--link:#00558c;--good:#006b4f;--bad:#a63c00;";
  for (size_t i = 0; i < kNumColours; ++i) {
    css += "--c" + std::to_string(i) + ":" + (dark ? kOnBlack : kOnWhite)[i] + ";";
    css += "--p" + std::to_string(i) + ":" + (dark ? kPartsOnBlack : kPartsOnWhite)[i] + ";";
  }
  return css;
}

std::string DrawingStyle() {
  std::string css = kStyle;
  for (size_t i = 0; i < kNumColours; ++i) {
    const std::string n = std::to_string(i);
    css += ".k" + n + "{color:var(--c" + n + ")}.q" + n + "{color:var(--p" + n + ")}";
  }
  return css;
}

std::string PlainDrawingStyle() {
  const std::string colours = ThemeColours(false), style = DrawingStyle();
  std::string css;
  size_t done = 0;
  for (size_t at = style.find("var("); at != std::string::npos; at = style.find("var(", done)) {
    const size_t end = style.find(')', at);
    const std::string name = style.substr(at + 4, end - at - 4) + ":";
    const size_t value = colours.find(name) + name.size();
    css += style.substr(done, at - done) + colours.substr(value, colours.find(';', value) - value);
    done = end + 1;
  }
  return css + style.substr(done);
}

size_t ColourOf(size_t arm) { return arm == 0 ? 0 : 1 + (arm - 1) % (kNumColours - 1); }

size_t MarkerOf(size_t arm) {
  const size_t times_round = arm == 0 ? 0 : (arm - 1) / (kNumColours - 1);
  return (ColourOf(arm) + times_round) % kNumColours;
}

std::string MarkerPath(size_t marker) { return kMarkers[marker]; }

}  // namespace dsb
