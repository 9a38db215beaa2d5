#include "engines/scheduling/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "engines/scheduling/policy.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

Calibration Example() {
  Calibration calibration;
  calibration.target_sha256 = "aa";
  calibration.weights = "bf16";
  calibration.drafter = "dspark";
  calibration.drafter_sha256 = "bb";
  calibration.drafter_weights = "stored";
  calibration.draft_length = 2;
  calibration.workload = "math";
  calibration.workload_sha256 = "cc";
  calibration.items = {"a", "b"};
  calibration.prompts = 2;
  calibration.rounds = 100;
  calibration.positions.push_back({.rounds = 90,
                                   .temperature = 2,
                                   .mean_confidence = 0.75,
                                   .ece_before = {.value = 0.2, .lo = 0.1, .hi = 0.3},
                                   .ece_after = {.value = 0.1, .lo = {}, .hi = {}}});
  calibration.positions.push_back({.rounds = 40, .temperature = 0.5, .mean_confidence = 0.5});
  return calibration;
}

std::string Refusal(const std::string& was, const std::string& is) {
  std::string text = CalibrationToJson(Example());
  const size_t at = text.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  text.replace(at, was.size(), is);
  try {
    ParseCalibration(text, "c.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    return error.what();
  }
  return "accepted";
}

TEST(CalibrationFile, ComesBackFromItsFile) {
  const std::string text = CalibrationToJson(Example());
  const Calibration back = ParseCalibration(text, "c.json");
  EXPECT_EQ(CalibrationToJson(back), text);
  EXPECT_EQ(back.temperatures(), (std::vector<double>{2, 0.5}));
  EXPECT_EQ(back.mean_confidences(), (std::vector<double>{0.75, 0.5}));
  EXPECT_EQ(back.positions[0].ece_before.hi, 0.3);
  EXPECT_EQ(back.positions[0].ece_after.lo, std::nullopt);
  EXPECT_EQ(back.positions[1].auc_after.value, std::nullopt);
}

TEST(CalibrationFile, RefusesWhatIsNone) {
  EXPECT_THAT(Refusal("\"dsbench calibration\"", "\"dsbench cost table\""), HasSubstr("format"));
  EXPECT_THAT(Refusal("\"version\": 2", "\"version\": 7"), HasSubstr("version"));
  EXPECT_THAT(Refusal("\"draft_length\": 2", "\"draft_length\": 3"), HasSubstr("positions"));
  EXPECT_THAT(Refusal("\"temperature\": 2.0", "\"temperature\": 0"), HasSubstr("temperature"));
  EXPECT_THAT(Refusal("\"mean_confidence\": 0.5", "\"mean_confidence\": 2"),
              HasSubstr("mean_confidence"));
  EXPECT_THAT(Refusal("\"rounds\": 90", "\"runds\": 90"), HasSubstr("rounds"));
  EXPECT_THAT(Refusal("\"items\"", "\"more\": 1, \"items\""), HasSubstr("unknown key"));
}

TEST(CalibrationFile, NamesWhatDiffersFromTheRun) {
  const auto mismatch = [](auto change) {
    Calibration run = Example();
    change(run);
    return CalibrationMismatch(Example(), run).value_or("none");
  };
  EXPECT_EQ(mismatch([](Calibration& c) { c.draft_length = 1; }), "none");
  EXPECT_EQ(mismatch([](Calibration& c) { c.workload = "chat"; }), "none");
  EXPECT_THAT(mismatch([](Calibration& c) { c.draft_length = 3; }), HasSubstr("draft_length"));
  EXPECT_THAT(mismatch([](Calibration& c) { c.target_sha256 = "x"; }), HasSubstr("target_sha256"));
  EXPECT_THAT(mismatch([](Calibration& c) { c.confidence = kLawConfidence; }),
              HasSubstr("confidence: the calibration has head, the run largest_probability"));
}

TEST(CalibrationFile, ScalesTheLogitOfEachPosition) {
  EXPECT_NEAR(Scaled(0.8, 1), 0.8, 1e-12);
  EXPECT_NEAR(Scaled(0.8, 2), 2.0 / 3, 1e-12);  // logit log 4, halved: log 2
  EXPECT_NEAR(Scaled(0.8, 0.5), 16.0 / 17, 1e-12);
  EXPECT_GT(Scaled(1, 1), 0.9999);  // no infinity
  EXPECT_GT(Scaled(0, 1), 0);
  std::vector<float> confidence = {0.8f, 0.8f, 0.8f};
  MakePolicy({.temperatures = {2, 0.5}}).Calibrate(confidence);
  EXPECT_NEAR(confidence[0], 2.0 / 3, 1e-6);
  EXPECT_NEAR(confidence[1], 16.0 / 17, 1e-6);
  EXPECT_EQ(confidence[2], 0.8f);  // beyond the table: as it is
}

}  // namespace
}  // namespace dsb
