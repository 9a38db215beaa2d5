#include "harness/run/prompt_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/run/session_fixture.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One token a byte, a letter x cannot be spelt; at most 100 tokens.
class BytesBackend : public TestBackend {
 public:
  RenderedPrompt Render(std::span<const ChatMessage> conversation) const override {
    RenderedPrompt prompt;
    for (const char c : "<" + conversation.back().content + ">") {
      if (c == 'x') {
        ++prompt.dropped_bytes;
      } else {
        prompt.ids.push_back(c);
      }
    }
    return prompt;
  }
  int64_t max_context_tokens() const override { return 100; }
};

class PromptFitTest : public testing::Test {
 protected:
  PromptFitTest() {
    options_.drafters = {"none"};
    options_.arms = ParseArms(options_);
    options_.max_tokens = 9;
    workload_.path = "work.jsonl";
    Add("short", {"abc"});
  }
  void Add(const std::string& key, const std::vector<std::string>& turns) {
    workload_.items.push_back({.key = key, .dataset = "d", .domain = "d", .turns = turns});
  }
  PromptFit Fit() {
    return FitPrompts(workload_, EncodePrompts(workload_, options_, backend_), options_, backend_);
  }

  RunOptions options_;
  Workload workload_;
  BytesBackend backend_;
};

TEST_F(PromptFitTest, AsMuchAsTheLongestNeedsInSteps) {
  PromptFit fit = Fit();
  EXPECT_EQ(fit.context_tokens, 64);  // 5 + 9 + 1
  EXPECT_TRUE(fit.left_out.empty());
  EXPECT_TRUE(fit.warnings.empty());
  Add("long", {std::string(80, 'a')});
  EXPECT_EQ(Fit().context_tokens, 100);  // 92, and the model has no 128
  options_.context = 95;
  EXPECT_EQ(Fit().context_tokens, 95);
  options_.context = 101;
  ExpectBadInput({"--context", "101", "at most 100"}, [&] { Fit(); });
}

TEST_F(PromptFitTest, APromptBeyondTheContextIsRefusedByName) {
  Add("long", {std::string(200, 'a')});
  ExpectBadInput({"work.jsonl", "'long'", "202 prompt tokens", "context of 100", "--too-long skip"},
                 [&] { Fit(); });
}

TEST_F(PromptFitTest, ASkippedPromptIsCountedNamedAndRecorded) {
  Add("long", {std::string(200, 'a'), "second"});
  Add("longer", {std::string(300, 'a')});
  options_.too_long = kTooLongSkip;
  const PromptFit fit = Fit();
  ASSERT_EQ(fit.prompts.size(), 1u);
  EXPECT_EQ(fit.prompts[0].key, "short");
  ASSERT_EQ(fit.left_out.size(), 2u);
  EXPECT_EQ(fit.left_out[0].item_key, "long");
  EXPECT_THAT(fit.left_out[0].reason, HasSubstr("too long: 202 prompt tokens"));
  EXPECT_THAT(fit.warnings,
              ElementsAre("2 prompts longer than the context of 100 tokens left out "
                          "(--too-long skip): long (202 tokens), longer (302 tokens)"));
  workload_.items.erase(workload_.items.begin());
  ExpectBadInput({"no prompt is left", "all 2"}, [&] { Fit(); });
}

TEST_F(PromptFitTest, ATruncatedPromptKeepsItsEndAndItsForm) {
  std::string text;
  while (text.size() < 300) text += "\xC3\xA9";  // two tokens each
  Add("long", {text + "end"});
  options_.too_long = kTooLongTruncate;
  const PromptFit fit = Fit();
  ASSERT_EQ(fit.prompts.size(), 2u);
  const Prompt& cut = fit.prompts[1];
  EXPECT_LE(NeededTokens(cut, options_), 100);
  EXPECT_GE(NeededTokens(cut, options_), 99);
  EXPECT_EQ(cut.first.ids.front(), '<');
  EXPECT_TRUE(
      cut.turns[0].ends_with("\xA9"
                             "end"));
  EXPECT_TRUE(cut.turns[0].starts_with("\xC3\xA9"));
  ASSERT_EQ(fit.left_out.size(), 1u);
  EXPECT_THAT(fit.left_out[0].reason, HasSubstr("truncated: the last "));
  EXPECT_THAT(fit.warnings.at(0), HasSubstr("1 prompt longer"));
  options_.max_tokens = 97;  // no room for the form itself
  ExpectBadInput({"no prompt is left"}, [&] { Fit(); });
}

TEST_F(PromptFitTest, WhatCannotBeSpeltIsSaid) {
  Add("odd", {"axxb"});
  const PromptFit fit = Fit();
  EXPECT_TRUE(fit.left_out.empty());
  EXPECT_THAT(fit.warnings,
              ElementsAre("1 prompt without all their bytes, since the target's vocabulary cannot "
                          "spell 2 bytes: odd"));
}

TEST_F(PromptFitTest, AConversationNeedsRoomForAllItsTurnsAndAnswers) {
  Add("talk", {"one", "two", "three"});
  const PromptFit fit = Fit();
  ASSERT_EQ(fit.prompts[1].num_turns(), 3);
  EXPECT_EQ(fit.prompts[1].later[1].ids.size(), 7u);
  // 5 + 5 + 7 tokens of messages, 3 answers of 9, twice what a template may add, and 1.
  EXPECT_EQ(NeededTokens(fit.prompts[1], options_), 5 + 5 + 7 + 27 + 32 + 1);
  options_.max_tokens = 20;
  ExpectBadInput({"item 'talk'", "2 later turns", "60 answer tokens"}, [&] { Fit(); });
}

TEST_F(PromptFitTest, APromptsOwnAnswerLengthCounts) {
  Prompt prompt = EncodePrompts(workload_, options_, backend_).front();
  prompt.max_tokens = 4;
  EXPECT_EQ(NeededTokens(prompt, options_), 5 + 4 + 1);
  prompt.max_tokens = 50;  // more than the run allows
  EXPECT_EQ(NeededTokens(prompt, options_), 5 + 9 + 1);
}

TEST_F(SessionTest, WhatIsLeftOutIsInEveryRunsRecord) {
  inputs_.left_out = {{.run_id = 0, .item_key = "long", .turn = 0, .reason = "too long: x"}};
  for (const int64_t id : Run().run_ids) {
    const RunData data = Read(id);
    ASSERT_EQ(data.skipped.size(), 1u);
    EXPECT_EQ(data.skipped[0].item_key, "long");
    EXPECT_EQ(data.skipped[0].reason, "too long: x");
  }
}

}  // namespace
}  // namespace dsb
