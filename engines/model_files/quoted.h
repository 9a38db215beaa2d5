// Text from a file, made fit for one line of an error message. Not a general escaper.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// In double quotes; bytes outside printable ASCII as \xNN, cut after 80 characters.
std::string Quoted(std::string_view text);

}  // namespace dsb
