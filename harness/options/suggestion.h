// Names that are near to one that nobody knows, for messages.
#pragma once

#include <string>
#include <vector>

namespace dsb {

// "a, b or c".
std::string ListOf(const std::vector<std::string>& names);
// "; did you mean 'NAME'?" with the nearest of `known`, or nothing if none is near.
std::string Suggestion(const std::string& found, const std::vector<std::string>& known);

}  // namespace dsb
