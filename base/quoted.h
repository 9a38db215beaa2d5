// Foreign text (a key, name or value of a file or a command line) made fit for one line of an error
// message. Not a general escaper: long text is cut.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// In double quotes, cut after 80 bytes. Characters of UTF-8 stand as they are, but quotes and
// backslashes get a backslash, and what moves a terminal's cursor or is ill-formed becomes \xNN.
std::string Quoted(std::string_view text);

}  // namespace dsb
