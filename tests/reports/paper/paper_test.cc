#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/document/document.h"
#include "reports/paper/paper_tables.h"
#include "reports/report/report_document.h"
#include "reports/report/report_json.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SyntheticArm;
using testing::SyntheticRun;

RunData Arm(const std::string& drafter) {
  SyntheticArm arm;
  arm.drafter = drafter;
  return SyntheticRun(arm);
}

ReportModel Model(const std::vector<std::string>& drafters) {
  std::vector<CheckedRun> runs;
  for (const std::string& drafter : drafters) runs.push_back(CheckRun(Arm(drafter)));
  MetricOptions options;
  options.bootstrap.num_resamples = 200;
  return BuildModel(std::move(runs), options);
}

TEST(PaperValues, DomainMeansGiveThePrintedGains) {
  // The paper's text: 30.9 % over Eagle3 and 16.3 % over DFlash on Qwen3-4B; 26.7 and 18.4 on 8B.
  const auto gain = [](const char* target, const char* over) {
    return FindPaperLength(target, "dspark")->Mean("all") /
               FindPaperLength(target, over)->Mean("all") -
           1;
  };
  EXPECT_NEAR(gain("Qwen3-4B", "eagle3"), 0.309, 0.0005);
  EXPECT_NEAR(gain("Qwen3-4B", "dflash"), 0.163, 0.0005);
  EXPECT_NEAR(gain("Qwen3-8B", "eagle3"), 0.267, 0.0005);
  EXPECT_NEAR(gain("Qwen3-8B", "dflash"), 0.184, 0.0005);
  EXPECT_NEAR(FindPaperLength("Qwen3-4B", "dspark")->Mean("chat"), 3.49, 0.0005);
  EXPECT_EQ(FindPaperLength("Qwen3-4B", "mtp1"), nullptr);
}

TEST(PaperValues, ConditionalAcceptanceImpliesTheAcceptedLength) {
  for (const PaperConditional& curve : PaperFigure2()) {
    double survival = 1, length = 1;
    for (const double c : curve.by_position) length += survival *= c;
    const double printed = FindPaperLength("Qwen3-4B", curve.drafter)->Mean(curve.domain);
    EXPECT_NEAR(length / printed, 1, 0.011) << curve.domain << " " << curve.drafter;
  }
}

TEST(PaperSection, PutsOursBesideThePapers) {
  const ReportModel model = Model({"none", "dspark", "dflash", "mtp1"});
  const std::string text = PrintTerminal(MakeDocument(model, {.paper = true}));
  EXPECT_THAT(text, HasSubstr("Beside the paper"));
  EXPECT_THAT(text, HasSubstr("4.73"));   // DSpark, all nine data sets
  EXPECT_THAT(text, HasSubstr("1.163"));  // over DFlash
  EXPECT_THAT(text, HasSubstr("DSpark, 2 layers"));
  EXPECT_THAT(PrintTerminal(MakeDocument(model, {})), Not(HasSubstr("Beside the paper")));
}

TEST(PaperSection, RatiosAreDSparkOverTheOther) {
  const ReportModel model = Model({"none", "dspark", "dflash"});
  const auto json = nlohmann::json::parse(ReportJson(model, {.paper = true}));
  const auto& rows = json["sets"][0]["paper"]["table_1"];
  ASSERT_FALSE(rows.empty());
  for (const auto& row : rows) {
    if (row["drafter"] == "dspark") {
      EXPECT_TRUE(row["dspark_ratio"].is_null());
    } else {
      // The synthetic arms are equal in all but their name.
      EXPECT_EQ(row["dspark_ratio"]["value"], 1.0);
      EXPECT_GT(row["paper_dspark_ratio"], 1.1);
    }
  }
}

TEST(PaperSection, IsLeftOutWithoutADraftingArm) {
  const ReportModel model = Model({"none"});
  EXPECT_TRUE(PaperSection(model.sets.front(), model.options).empty());
}

}  // namespace
}  // namespace dsb
