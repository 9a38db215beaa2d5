// Foreign text inside HTML and SVG: it cannot leave its place.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// As Shown (base/quoted.h), with what markup obeys as entities: fit for the text of an element and
// for an attribute in double quotes.
std::string Markup(std::string_view foreign);

// A length in user units, at most two decimals, no trailing zeros: small, and the same everywhere.
std::string Length(double units);

}  // namespace dsb
