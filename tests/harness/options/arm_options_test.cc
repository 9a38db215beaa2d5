// Arms as --drafters names them: what an entry says, what it leaves to the run, what is refused.
#include "harness/options/arm_options.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "harness/options/run_options.h"

namespace dsb {
namespace {

ArmOptions Parse(const std::string& text) {
  RunOptions run;
  run.draft_length = 5;
  return ParseArm(text, run);
}

TEST(Arms, EntriesSayWhatTheyChangeAndLeaveTheRestToTheRun) {
  EXPECT_EQ(Parse("none"), ArmOptions{});
  EXPECT_EQ(Parse("dspark"), (ArmOptions{"dspark", 5, "fixed", 0}));
  EXPECT_EQ(Parse("eagle3:2"), (ArmOptions{"eagle3", 2, "fixed", 0}));
  EXPECT_EQ(Parse("dspark:threshold=0.25"), (ArmOptions{"dspark", 5, "threshold", 0.25}));
  EXPECT_EQ(Parse("dspark:7:threshold=0.5"), (ArmOptions{"dspark", 7, "threshold", 0.5}));
  EXPECT_EQ(Parse("dspark:0:none"), (ArmOptions{"dspark", 0, "none", 0}));
}

TEST(Arms, TheRunsNumberIsTakenOverWithItsPolicyOnly) {
  RunOptions run;
  run.policy = "threshold";
  run.threshold = 0.4;
  EXPECT_EQ(ParseArm("dspark", run).policy_number, 0.4);
  EXPECT_EQ(ParseArm("dspark:fixed", run).policy_number, 0);
  run.policy = "fixed";
  EXPECT_EQ(ParseArm("dspark", run).policy_number, 0);
}

TEST(Arms, WhatIsNoArmIsRefused) {
  for (const char* text : {"dspark:", "dspark:x", "dspark:-1", "dspark:3:", "dspark:3:4",
                           "dspark:fixed:3", "dspark:threshold", "dspark:threshold=",
                           "dspark:threshold=1.5", "dspark:3:fixed:fixed", "none:0"}) {
    EXPECT_THROW(Parse(text), Error) << text;
  }
}

TEST(Arms, OneDrafterMayHaveSeveralCheckpoints) {
  const ArmOptions arm = Parse("dspark@new-1.2:3:threshold=0.5");
  EXPECT_EQ(arm, (ArmOptions{"dspark", 3, "threshold", 0.5, "new-1.2"}));
  EXPECT_EQ(arm.source(), "dspark@new-1.2");
  RunOptions run;
  run.drafters = {"none", "dspark", "dspark@a", "dspark@b", "dspark@a:3"};
  EXPECT_EQ(DraftersOf(ParseArms(run)),
            (std::vector<std::string>{"none", "dspark", "dspark@a", "dspark@b"}));
  run.drafters = {"dspark@a", "dspark@a:7"};
  EXPECT_THROW(ParseArms(run), Error);
}

// A length that was asked for is drafted or refused; a default bows to a drafter of shorter blocks.
TEST(Arms, OnlyADefaultLengthMayBeCut) {
  RunOptions run;
  EXPECT_TRUE(ParseArm("dspark", run).may_draft_less);
  EXPECT_FALSE(ParseArm("dspark:7", run).may_draft_less);
  run.draft_length_given = true;
  EXPECT_FALSE(ParseArm("dspark", run).may_draft_less);
}

TEST(Arms, OneDrafterMayHaveManyArmsButNoneTwice) {
  RunOptions run;
  run.drafters = {"none", "dspark:2", "dspark:4", "eagle3:9"};
  const std::vector<ArmOptions> arms = ParseArms(run);
  EXPECT_EQ(DraftersOf(arms), (std::vector<std::string>{"none", "dspark", "eagle3"}));
  EXPECT_EQ(LongestDraft(arms), 9);
  run.drafters = {"dspark:7", "dspark"};
  EXPECT_THROW(ParseArms(run), Error);
}

}  // namespace
}  // namespace dsb
