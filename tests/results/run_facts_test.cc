// What must be equal before two runs are compared, and what files of older programs do not say.
#include "results/run_facts.h"

#include <gtest/gtest.h>

namespace dsb {
namespace {

// A run of a target whose main files hash to `main`, as this program stores it: the artifact's hash
// is that of everything.
RunData Now(const std::string& main, const std::string& identity, const std::string& form) {
  RunData data;
  data.artifacts["target"].sha256 = identity;
  data.run.config_json =
      R"({"target_sha256": ")" + main + R"(", "target_identity_sha256": ")" + identity + "\"}";
  data.run.prompt_form = form;
  return data;
}

// The same as older programs stored it: no identity, and no prompt form in the oldest files.
RunData Older(const std::string& main) {
  RunData data;
  data.artifacts["target"].sha256 = main;
  data.run.config_json = R"({"target_sha256": ")" + main + "\"}";
  return data;
}

std::vector<std::string> Fields(const RunData& before, const RunData& after) {
  std::vector<std::string> fields;
  for (const Difference& difference :
       Differences(ComparableFacts(before), ComparableFacts(after))) {
    fields.push_back(difference.field);
  }
  return fields;
}

using List = std::vector<std::string>;

TEST(RunFacts, TheIdentityOfATargetIsCompared) {
  EXPECT_EQ(Fields(Now("m", "i", "chatml"), Now("m", "i", "chatml")), List{});
  EXPECT_EQ(Fields(Now("m", "i", "chatml"), Now("m", "j", "chatml")),
            List{"target_identity_sha256"});
  EXPECT_EQ(Fields(Now("m", "i", "chatml"), Now("n", "j", "chatml")),
            (List{"target_sha256", "target_identity_sha256"}));
  EXPECT_EQ(Fields(Now("m", "i", "chatml"), Now("m", "i", "raw")), List{"prompt_form"});
}

TEST(RunFacts, AnOlderFileIsComparedAsBeforeAndWhatItLacksIsNamed) {
  for (const bool old_first : {false, true}) {
    const RunData now = Now("m", "i", "chatml");
    const auto fields = [&](const RunData& older) {
      return old_first ? Fields(older, now) : Fields(now, older);
    };
    EXPECT_EQ(fields(Older("m")), List{});
    EXPECT_EQ(fields(Older("n")), List{"target_sha256"});
    const std::vector<Fact> a = ComparableFacts(now), b = ComparableFacts(Older("m"));
    EXPECT_EQ(old_first ? UnknownFields(b, a) : UnknownFields(a, b),
              (List{"target_identity_sha256", "prompt_form"}));
  }
  EXPECT_EQ(UnknownFields(ComparableFacts(Older("m")), ComparableFacts(Older("m"))), List{});
}

// One file is its own identity: nothing is stored for it, and older files are its equals.
TEST(RunFacts, ATargetOfOneFileHasOneHash) {
  RunData now = Older("m");
  now.run.prompt_form = "smollm2";
  RunData before = Older("m");
  before.run.prompt_form = "smollm2";
  EXPECT_EQ(Fields(before, now), List{});
  EXPECT_EQ(UnknownFields(ComparableFacts(before), ComparableFacts(now)), List{});
}

}  // namespace
}  // namespace dsb
