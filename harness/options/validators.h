// How values of options are read, and checks of them that say what was expected and what was found.
// A check returns an empty string or the complaint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dsb {

// The whole of `text` as one number in decimal notation; none if it is no such number, or no finite
// one.
std::optional<int64_t> ParseInteger(const std::string& text);
std::optional<double> ParseNumber(const std::string& text);

using OptionCheck = std::function<std::string(const std::string&)>;

OptionCheck IntegerIn(int64_t lowest, int64_t highest);
// Finite numbers in [lowest, highest], or (lowest, highest] if `above`.
OptionCheck NumberIn(double lowest, double highest, bool above = false);
OptionCheck OneOf(std::vector<std::string> names);
OptionCheck NotEmpty();
// Free text on one line of at most kLongestText bytes: it is stored and stands in titles and
// tables.
inline constexpr size_t kLongestText = 500;
OptionCheck OneLine();
OptionCheck NotEmptyLine();
// The name of an arm that people choose: letters, digits, '.', '-' and '_', at most 40, so that
// every command takes it.
bool IsPlainName(const std::string& text);
OptionCheck PlainName();
// Tokens of a block, 0 .. kLongestDraft: the one place that a draft length is checked in.
OptionCheck DraftLength();

}  // namespace dsb
