// What a standard stream is written to: a terminal or not, how wide, with colours or without.
#pragma once

#include <cstdio>

namespace dsb {

inline constexpr int kMostColumns = 100, kLeastColumns = 20;

// A terminal on which a line can be written anew: not if TERM is dumb or unset.
bool IsTerminal(std::FILE* stream);
// Characters of a line that is written there: the terminal's width, else $COLUMNS, else
// kMostColumns; never more than that, nor less than kLeastColumns. Asks anew each time.
int ColumnsOf(std::FILE* stream);
// A terminal, unless $NO_COLOR is set and not empty.
bool ShowsColour(std::FILE* stream);

}  // namespace dsb
