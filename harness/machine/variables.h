// The environment variables that the program reads, described once, for the pages that list them.
// What reads one is not here.
#pragma once

#include <vector>

namespace dsb {

struct EnvironmentVariable {
  const char* name;
  const char* what;
};

const std::vector<EnvironmentVariable>& EnvironmentVariables();

}  // namespace dsb
