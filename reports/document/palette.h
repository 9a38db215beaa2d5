// Colours and markers of arms: one order for every chart, on paper and on screens. Neighbours
// differ in hue and in lightness, so that readers who confuse red and green tell them apart; the
// marker says it again. Text never has these colours.
#pragma once

#include <cstddef>
#include <string>

namespace dsb {

inline constexpr size_t kNumColours = 8;  // the first is grey: plain decoding

// CSS rules that give every class that a drawing uses (svg.h) its look: variables for one theme...
std::string ThemeColours(bool dark);
// ... and what draws with them.
std::string DrawingStyle();
// The same on white, without variables: converters to PDF know none.
std::string PlainDrawingStyle();

// Below kNumColours. Grey is the first arm's alone, and no two of the first 57 arms have both the
// same colour and the same marker.
size_t ColourOf(size_t arm);
size_t MarkerOf(size_t arm);

// The outline of a marker around (0, 0), about 4 units in radius, as a path's `d`.
std::string MarkerPath(size_t marker);

}  // namespace dsb
