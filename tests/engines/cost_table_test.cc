#include "engines/scheduling/cost_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

CostPoint At(int64_t at, int64_t ns) {
  return {.at = at, .median_ns = ns, .min_ns = ns - 1, .max_ns = ns + 1, .samples = 5};
}

CostTable Example() {
  CostTable table;
  table.conditions = {.target_sha256 = "aa",
                      .weights = "bf16",
                      .drafter = "dspark",
                      .drafter_sha256 = "bb",
                      .drafter_weights = "stored",
                      .draft_length = 7,
                      .device = "cpu",
                      .device_model = "A processor",
                      .threads = 2,
                      .isa = "avx2"};
  table.origin = "by hand";
  table.context_depth = 256;
  table.verify.push_back({.requests = 1, .by_tokens = {{At(1, 100), At(8, 170)}, 0, "one"}});
  table.verify.push_back({.requests = 4, .by_tokens = {{At(4, 200), At(32, 480)}, 0, "four"}});
  table.draft = {{At(1, 30), At(4, 60)}, 0, "draft"};
  return table;
}

// What the file with `was` replaced by `is` is refused with.
std::string Refusal(const std::string& was, const std::string& is) {
  std::string text = CostTableToJson(Example());
  const size_t at = text.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  text.replace(at, was.size(), is);
  try {
    ParseCostTable(text, "t.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

TEST(CostCurve, IsAStaircaseUpToTheCapturedPasses) {
  const CostCurve curve({At(1, 10), At(8, 20), At(16, 15), At(32, 100), At(64, 180)}, 16, "c");
  EXPECT_EQ(curve.AtNs(1), 10);
  EXPECT_EQ(curve.AtNs(2), 20);    // padded to 8
  EXPECT_EQ(curve.AtNs(9), 20);    // 15 at 16, but never below what less cost
  EXPECT_EQ(curve.AtNs(17), 100);  // not blended across the boundary
  EXPECT_EQ(curve.AtNs(48), 140);
  EXPECT_EQ(curve.AtNs(96), 260);  // the last line goes on
}

TEST(CostCurve, IsALineBetweenMeasuredPointsIfNothingIsPadded) {
  const CostCurve curve({At(4, 100), At(6, 140), At(8, 120)}, 0, "c");
  EXPECT_EQ(curve.AtNs(5), 120);
  EXPECT_EQ(curve.AtNs(7), 140);  // running maximum
  EXPECT_EQ(curve.AtNs(3), 80);
  EXPECT_EQ(curve.AtNs(1), 50);  // no less than half the first point
  EXPECT_EQ(curve.AtNs(100), 140);
}

TEST(CostTable, AddsDraftAndPassAndInterpolatesBetweenNumbersOfRequests) {
  const CostTable table = Example();
  EXPECT_EQ(table.VerifyNs(1, 8), 170);
  EXPECT_EQ(table.VerifyNs(4, 8), 240);
  EXPECT_DOUBLE_EQ(table.VerifyNs(2, 8), 170 + 70 / 3.0);
  EXPECT_DOUBLE_EQ(table.VerifyNs(7, 8), 310);  // the line through 1 and 4 goes on
  EXPECT_EQ(table.StepNs(4, 4, true), 60 + 240);
  EXPECT_EQ(table.StepNs(4, 0, false), 200);
  CostTable one_row = table;
  one_row.verify.resize(1);
  EXPECT_EQ(one_row.VerifyNs(9, 8), 170);
}

TEST(CostTable, ComesBackFromItsFile) {
  const CostTable table = Example();
  const std::string text = CostTableToJson(table);
  const CostTable back = ParseCostTable(text, "t.json");
  EXPECT_EQ(back.conditions, table.conditions);
  EXPECT_EQ(back.context_depth, 256);
  EXPECT_EQ(back.verify[1].by_tokens.points(), table.verify[1].by_tokens.points());
  EXPECT_EQ(back.draft.points(), table.draft.points());
  EXPECT_EQ(CostTableToJson(back), text);
}

TEST(CostTable, RefusesWhatIsNoTable) {
  EXPECT_THAT(Refusal("\"dsbench cost table\"", "\"table\""), HasSubstr("t.json: format"));
  EXPECT_THAT(Refusal("\"version\": 1", "\"version\": 2"), HasSubstr("version"));
  EXPECT_THAT(Refusal("\"origin\"", "\"orgin\""), HasSubstr("key \"origin\" is missing"));
  EXPECT_THAT(Refusal("\"isa\": \"avx2\"", "\"isa\": \"avx2\", \"colour\": 1"),
              HasSubstr("conditions: unknown key \"colour\""));
  EXPECT_THAT(Refusal("\"samples\": 5", "\"samples\": 4"), HasSubstr("samples"));
  EXPECT_THAT(Refusal("\"median_ns\": 100", "\"median_ns\": 102"), HasSubstr("min_ns"));
  EXPECT_THAT(Refusal("\"tokens\": 8", "\"tokens\": 1"), HasSubstr("in order"));
  EXPECT_THAT(Refusal("\"requests\": 4", "\"requests\": 1"), HasSubstr("in order"));
  EXPECT_THAT(Refusal("\"median_ns\": 100", "\"median_ns\": 1e2"), HasSubstr("an integer"));
  EXPECT_THAT(Refusal("\"kind\": \"measured\"", "\"kind\": \"guessed\""), HasSubstr("kind"));
}

TEST(CostTable, NamesTheConditionThatDiffers) {
  const CostConditions table = Example().conditions;
  EXPECT_EQ(CostMismatch(table, table), std::nullopt);
  const auto mismatch = [&](auto change) {
    CostConditions run = table;
    change(run);
    return CostMismatch(table, run).value_or("none");
  };
  EXPECT_EQ(mismatch([](CostConditions& c) { c.threads = 4; }),
            "threads: the table has 2, the run 4");
  EXPECT_THAT(mismatch([](CostConditions& c) { c.target_sha256 = "cc"; }), HasSubstr("target"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.weights = "f32"; }), HasSubstr("weights"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.drafter = "mtp1"; }), HasSubstr("drafter"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.drafter_sha256 = ""; }), HasSubstr("none"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.drafter_weights = "q8"; }),
              HasSubstr("drafter_weights"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.draft_length = 3; }), HasSubstr("draft_length"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.device = "cuda"; }), HasSubstr("device"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.device_model = "B"; }), HasSubstr("device_model"));
  EXPECT_THAT(mismatch([](CostConditions& c) { c.isa = "scalar"; }), HasSubstr("isa"));
}

}  // namespace
}  // namespace dsb
