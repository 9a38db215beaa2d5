// A draft length that was asked for is drafted or refused, never cut without a word.
#include <gtest/gtest.h>

#include "engines/native/native_factory.h"
#include "harness/run/run_session.h"
#include "results/run_facts.h"
#include "tests/harness/run/session_fixture.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

TEST(DraftLengthTest, MoreThanTheDrafterDraftsIsRefusedUnlessItIsADefault) {
  NativeEngineOptions options;
  options.drafter = "dspark";
  options.drafter_path = "models/dspark";
  options.draft_length = 7;
  EXPECT_EQ(EffectiveDraftLength(options, 7), 7);
  options.draft_length = 8;
  ExpectBadInput({"draft length 8", "drafter dspark (models/dspark)", "drafts at most 7"},
                 [&] { EffectiveDraftLength(options, 7); });
  options.may_draft_less = true;
  EXPECT_EQ(EffectiveDraftLength(options, 7), 7);
  options.draft_length.reset();
  EXPECT_EQ(EffectiveDraftLength(options, 7), 7);
}

// Drafters of blocks of 4: what is a default is cut to it.
class ShortBlocks : public TestBackend {
 public:
  BackendArm MakeArm(const ArmOptions& arm, const ArmRoom& room, Clock& clock) override {
    ArmOptions own = arm;
    if (arm.may_draft_less) own.draft_length = std::min(4, arm.draft_length);
    return TestBackend::MakeArm(own, room, clock);
  }
};

class ArmsOfARun : public SessionTest {
 protected:
  void Open(const std::vector<std::string>& drafters) {
    inputs_.options.draft_length = 7;
    inputs_.options.drafters = drafters;
    inputs_.options.arms = ParseArms(inputs_.options);
    VirtualClock clock;
    ShortBlocks backend;
    RunSession session(inputs_, backend, clock);
    Store store(path_, {});
    std::atomic<bool> stop{false};
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> sink(std::fopen("/dev/null", "w"),
                                                         &std::fclose);
    Progress progress(clock, sink.get(), false);
    session.Run(PlanLoad(inputs_, session.num_arms()), store, progress, stop);
  }
};

TEST_F(ArmsOfARun, AreStoredWithTheLengthThatTheyDraft) {
  Open({"none", "dspark", "dspark:2", "dspark@new:2"});
  const std::vector<RunRecord> runs = Runs();
  ASSERT_EQ(runs.size(), 4u);
  EXPECT_EQ(ArmName(runs[1]), "dspark fixed 4");
  EXPECT_EQ(ConfigOf(runs[1]).draft_length, 4);
  EXPECT_EQ(ArmName(runs[2]), "dspark fixed 2");
  EXPECT_EQ(ArmName(runs[3]), "dspark@new fixed 2");
  EXPECT_EQ(runs[3].drafter, "dspark");
  EXPECT_NE(runs[2].config_sha256, runs[3].config_sha256);
  EXPECT_EQ(ConfigOf(runs[3]).checkpoint, "new");
}

TEST_F(ArmsOfARun, ThatTurnOutEqualAreRefused) {
  ExpectBadInput({"--drafters", "two arms of dspark draft 4 tokens"}, [&] {
    Open({"none", "dspark", "dspark:4"});
  });
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace dsb
