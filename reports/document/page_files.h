// What every page is dressed in: page.css and page.js, built into the program.
#pragma once

#include <string_view>

namespace dsb {

std::string_view PageStyle();
std::string_view PageScript();

}  // namespace dsb
