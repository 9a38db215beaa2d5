// Checks of option values that say what was expected and what was found. Each returns an empty
// string or the complaint.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dsb {

using OptionCheck = std::function<std::string(const std::string&)>;

OptionCheck IntegerIn(int64_t lowest, int64_t highest);
// Finite numbers in [lowest, highest], or (lowest, highest] if `above`.
OptionCheck NumberIn(double lowest, double highest, bool above = false);
OptionCheck OneOf(std::vector<std::string> names);
OptionCheck NotEmpty();

}  // namespace dsb
