// What the program says of itself as a whole, for --help and the man page.
#pragma once

#include <string>
#include <vector>

namespace dsb {

inline constexpr const char* kProgramPurpose =
    "measures speculative decoding: how long the accepted runs are, how fast each user's "
    "tokens come, and where the time goes.";

struct ExitMeaning {
  int code;
  const char* what;
};
const std::vector<ExitMeaning>& ExitMeanings();

}  // namespace dsb
