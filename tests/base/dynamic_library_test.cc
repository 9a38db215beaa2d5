#include "base/dynamic_library.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

TEST(DynamicLibrary, OpensTheFirstThatIsThereAndFindsFunctions) {
  std::string why_not;
  const auto library = DynamicLibrary::Open({"libdsb_absent.so.7", "libm.so.6"}, &why_not);
  ASSERT_TRUE(library.has_value()) << why_not;
  double (*round_down)(double) = nullptr;
  ASSERT_TRUE(library->Find("floor", round_down, &why_not)) << why_not;
  EXPECT_EQ(round_down(27.5), 27);
  EXPECT_FALSE(library->Find("dsb_absent", round_down, &why_not));
  EXPECT_EQ(round_down, nullptr);
  EXPECT_EQ(why_not, "libm.so.6 has no dsb_absent");
}

TEST(DynamicLibrary, SaysWhichLibraryIsMissing) {
  std::string why_not;
  EXPECT_FALSE(DynamicLibrary::Open({"libdsb_absent.so.7", "/absent.so"}, &why_not).has_value());
  EXPECT_EQ(why_not, "no libdsb_absent.so.7");
}

}  // namespace
}  // namespace dsb
