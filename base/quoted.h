// Foreign text (a key, name or value of a file or a command line) made fit to be printed. What
// moves a terminal's cursor, hides, or turns the direction of what follows is hidden: controls,
// escape sequences, line separators, marks without a glyph. It is shown as \xNN, byte by byte.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// In double quotes, cut after 80 bytes: for one line of an error message. Characters of UTF-8 stand
// as they are, but quotes and backslashes get a backslash, and what is hidden or ill-formed becomes
// \xNN.
std::string Quoted(std::string_view text);

// The whole text as one line: line ends and tabs become blanks, what else is hidden or ill-formed
// becomes \xNN. For everything that goes to a terminal.
std::string Shown(std::string_view text);
// The same for text of several lines: line ends and tabs stay.
std::string ShownLines(std::string_view text);
// JSON that means the same and hides nothing: such characters become \uXXXX.
std::string ShownJson(std::string_view json);

}  // namespace dsb
