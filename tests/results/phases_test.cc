// The names of the phases stand once in results, once in engines and once in the schema: the same.
#include "results/phases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "engines/engine.h"
#include "results/store/schema.h"

namespace dsb {
namespace {

TEST(Phases, AreTheEnginesInItsOrder) {
  ASSERT_EQ(kPhaseNames.size(), static_cast<size_t>(kNumPhases));
  for (int i = 0; i < kNumPhases; ++i) {
    EXPECT_EQ(kPhaseNames[static_cast<size_t>(i)], PhaseName(static_cast<Phase>(i)));
  }
}

TEST(Phases, AreThoseThatTheTablesTake) {
  const std::string sql = kEventTablesSql;
  const std::regex check(R"(phase TEXT NOT NULL CHECK \((phase (?:=|IN)[^)]*)\))"),
      name("'(\\w+)'");
  std::vector<std::string> names(kPhaseNames.begin(), kPhaseNames.end());
  std::sort(names.begin(), names.end());
  int tables = 0;
  for (std::sregex_iterator found(sql.begin(), sql.end(), check), end; found != end; ++found) {
    const std::string text = (*found)[1];
    std::vector<std::string> taken;
    for (std::sregex_iterator quoted(text.begin(), text.end(), name); quoted != end; ++quoted) {
      taken.push_back((*quoted)[1]);
    }
    if (taken.size() == 3) continue;  // a request's phase: warmup, measured, drain
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(taken, names);
    ++tables;
  }
  EXPECT_EQ(tables, 2);
}

}  // namespace
}  // namespace dsb
