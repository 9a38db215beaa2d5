#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.h"
#include "reports/gate/pairs.h"

namespace dsb {
namespace {

TEST(RunSelector, TheFileIsTheLongestPartThatIsOne) {
  const TemporaryFolder folder;
  for (const char* name : {"a.db", "b.db:2", "c:d.db"}) std::ofstream(folder / name) << "x";
  const auto parsed = [&](const std::string& text) {
    const RunSelector selector = RunSelector::Parse((folder / text).string());
    return std::pair(selector.path.substr(folder.path().string().size() + 1), selector.run);
  };
  using Parts = std::pair<std::string, std::string>;
  EXPECT_EQ(parsed("a.db"), Parts("a.db", ""));
  EXPECT_EQ(parsed("a.db:2"), Parts("a.db", "2"));
  EXPECT_EQ(parsed("a.db:#2"), Parts("a.db", "#2"));
  EXPECT_EQ(parsed("a.db:dspark:7:threshold=0.5"), Parts("a.db", "dspark:7:threshold=0.5"));
  EXPECT_EQ(parsed("a.db:dspark fixed 7 #2"), Parts("a.db", "dspark fixed 7 #2"));
  EXPECT_EQ(parsed("b.db:2"), Parts("b.db:2", ""));
  EXPECT_EQ(parsed("b.db:2:3"), Parts("b.db:2", "3"));
  EXPECT_EQ(parsed("c:d.db:dspark:7"), Parts("c:d.db", "dspark:7"));
  // A file that is not there ends at its first colon.
  EXPECT_EQ(parsed("no.db"), Parts("no.db", ""));
  EXPECT_EQ(parsed("no.db:dspark:7"), Parts("no.db", "dspark:7"));
}

}  // namespace
}  // namespace dsb
