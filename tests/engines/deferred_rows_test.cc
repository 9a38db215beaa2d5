#include "engines/native/deferred_rows.h"

#include <gtest/gtest.h>

#include <vector>

namespace dsb {
namespace {

// Notes what it is given.
class Listener : public Drafter {
 public:
  struct Given {
    int32_t slot = 0, first_position = 0;
    std::vector<float> features;
    std::vector<int32_t> next_tokens;
  };
  std::string Name() const override { return "listener"; }
  int32_t draft_length() const override { return 1; }
  std::span<const int32_t> feature_layers() const override { return {}; }
  bool has_confidence() const override { return false; }
  std::span<const int32_t> target_ids() const override { return {}; }
  void Begin(int32_t) override {}
  void Advance(std::span<const CommittedRows> committed) override {
    ++calls;
    for (const CommittedRows& rows : committed) {
      const FeatureRows& f = rows.features;
      given.push_back({rows.slot,
                       rows.first_position,
                       {f.rows, f.rows + f.num_rows * f.width},
                       {rows.next_tokens.begin(), rows.next_tokens.end()}});
    }
  }
  std::vector<DraftBlock> Draft(std::span<const DraftRequest>) override { return {}; }
  void Confidence(std::span<const DraftRequest>, std::span<DraftBlock>) override {}
  int64_t bytes_per_draft() const override { return 0; }
  int64_t flops_per_draft() const override { return 0; }

  int calls = 0;
  std::vector<Given> given;
};

class Deferred : public testing::Test {
 protected:
  // `count` rows of width 2; the token after position p is 10 p.
  void Hold(int32_t slot, int32_t first, int32_t count) {
    std::vector<float> rows;
    std::vector<int32_t> next;
    for (int32_t p = first; p < first + count; ++p) {
      rows.insert(rows.end(), {static_cast<float>(p), static_cast<float>(-p)});
      next.push_back(10 * p);
    }
    const CommittedRows committed = {
        .slot = slot,
        .first_position = first,
        .features = {.rows = rows.data(), .num_rows = count, .width = 2},
        .next_tokens = next};
    rows_.Hold({&committed, 1}, drafter_);
  }

  DeferredRows rows_{3};
  Listener drafter_;
};

TEST_F(Deferred, GivesTheRowsOfARequestAtOnceInOrder) {
  Hold(1, 4, 1);
  Hold(0, 7, 1);
  Hold(1, 5, 1);
  EXPECT_EQ(drafter_.calls, 0);
  rows_.GiveTo(drafter_);
  EXPECT_EQ(drafter_.calls, 1);
  ASSERT_EQ(drafter_.given.size(), 2u);
  EXPECT_EQ(drafter_.given[0].slot, 0);
  EXPECT_EQ(drafter_.given[1].slot, 1);
  EXPECT_EQ(drafter_.given[1].first_position, 4);
  EXPECT_EQ(drafter_.given[1].features, (std::vector<float>{4, -4, 5, -5}));
  EXPECT_EQ(drafter_.given[1].next_tokens, (std::vector<int32_t>{40, 50}));
  rows_.GiveTo(drafter_);  // nothing is left
  EXPECT_EQ(drafter_.calls, 1);
}

TEST_F(Deferred, ForgetsARequestThatEnds) {
  Hold(2, 0, 9);
  rows_.Forget(2);
  rows_.GiveTo(drafter_);
  EXPECT_EQ(drafter_.calls, 0);
  Hold(2, 0, 1);  // of the next one
  rows_.GiveTo(drafter_);
  ASSERT_EQ(drafter_.given.size(), 1u);
  EXPECT_EQ(drafter_.given[0].next_tokens, (std::vector<int32_t>{0}));
}

TEST_F(Deferred, HoldsSoMuchOfARequestAndNoMore) {
  const auto most = static_cast<int32_t>(DeferredRows::kMostRows);
  Hold(0, 0, 1);
  Hold(1, 0, most - 1);
  EXPECT_EQ(drafter_.calls, 0);
  Hold(1, most - 1, 1);
  ASSERT_EQ(drafter_.given.size(), 1u);  // the full one only
  EXPECT_EQ(drafter_.given[0].slot, 1);
  EXPECT_EQ(drafter_.given[0].next_tokens.size(), DeferredRows::kMostRows);
  Hold(1, most, 1);
  rows_.GiveTo(drafter_);
  ASSERT_EQ(drafter_.given.size(), 3u);
  EXPECT_EQ(drafter_.given[2].first_position, most);
}

}  // namespace
}  // namespace dsb
