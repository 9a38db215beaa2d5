#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engines/model_files/safetensors.h"
#include "results/metrics/confidence.h"
#include "tests/build_paths.h"
#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

std::string GoldenDir() {
  const char* folder = std::getenv("DSBENCH_GOLDEN_DIR");
  return folder != nullptr && *folder != '\0' ? folder : DSB_SOURCE_DIR "/tests/golden";
}

TEST(Confidence, QualityByHand) {
  // Bins 2, 2, 18, 18: |0.2 - 0| summed with |1.85 - 2|, over 4.
  const double predictions[] = {0.10, 0.12, 0.92, 0.94};
  const uint8_t labels[] = {0, 0, 1, 1};
  const PositionQuality quality = QualityOf(predictions, labels);
  EXPECT_NEAR(quality.ece, (0.22 + 0.14) / 4, 1e-12);
  EXPECT_NEAR(quality.brier, (0.01 + 0.0144 + 0.0064 + 0.0036) / 4, 1e-12);
  EXPECT_EQ(quality.auc, 1);
  EXPECT_EQ(quality.auc_exact, 1);
  ASSERT_EQ(quality.reliability.size(), 2u);
  EXPECT_EQ(quality.reliability[1].bin, 18);
  EXPECT_NEAR(quality.reliability[1].mean_prediction, 0.93, 1e-12);
}

TEST(Confidence, TiesCountHalfAndOneClassHasNoAuc) {
  const double predictions[] = {0.5, 0.5, 0.5};
  const uint8_t mixed[] = {1, 0, 1}, ones[] = {1, 1, 1};
  EXPECT_EQ(QualityOf(predictions, mixed).auc, 0.5);
  EXPECT_EQ(QualityOf(predictions, mixed).auc_exact, 0.5);
  EXPECT_FALSE(QualityOf(predictions, ones).auc.has_value());
}

TEST(Confidence, WhatIsNoNumberEndsToo) {
  const double nan = std::nan("");
  const double predictions[] = {nan, 0.9, nan, 0.1};
  const uint8_t labels[] = {0, 1, 0, 1};
  const PositionQuality quality = QualityOf(predictions, labels);
  EXPECT_EQ(quality.auc_exact, 1);
  EXPECT_EQ(quality.auc, 1);
  EXPECT_NEAR(quality.brier, (0.01 + 0.81) / 4, 1e-9);
}

TEST(Confidence, OnlyJudgedPositionsCount) {
  ConfidenceRounds rounds;
  RoundRecord round = testing::MakeRound(4, 3, 1, 2);  // position 4 was not verified
  round.confidence = {0.9f, 0.8f, 0.7f, 0.6f};
  rounds.Add(round);
  round = testing::MakeRound(4, 4, 2, 2, 1);  // the second accepted draft was the stop token
  round.confidence = {0.5f, 0.5f, 0.5f, 0.5f};
  rounds.Add(round);
  rounds.Add(testing::MakeRound(4, 4, 4, 5));  // no confidence
  ASSERT_EQ(rounds.num_positions(), 3);
  EXPECT_EQ(rounds.labels(0).size(), 2u);
  EXPECT_EQ(rounds.labels(1).size(), 2u);
  EXPECT_EQ(rounds.labels(2).size(), 1u);
  EXPECT_EQ(rounds.labels(1)[0], 0);
  EXPECT_EQ(rounds.labels(1)[1], 1);
  EXPECT_NEAR(rounds.predictions(1)[0], 0.72, 1e-7);
}

class Calibration : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(GoldenDir() + "/calibration/cases.json");
    ASSERT_TRUE(file) << GoldenDir();
    cases_ = nlohmann::json::parse(file);
    tensors_ = Safetensors::Open(GoldenDir() + "/calibration/cases.safetensors");
  }

  std::vector<float> Logits(const std::string& name) const {
    const StoredTensor* tensor = tensors_.Find(name + ".confidence_logits");
    EXPECT_NE(tensor, nullptr);
    std::vector<float> values(tensor->bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor->bytes.data(), tensor->bytes.size());
    return values;
  }

  // Accepted drafts of each round: the ones in its prefix mask.
  std::vector<int64_t> Accepted(const std::string& name, int64_t block) const {
    const std::vector<int64_t>& mask = *tensors_.FindInts(name + ".accept_prefix_mask");
    std::vector<int64_t> accepted(mask.size() / static_cast<size_t>(block), 0);
    for (size_t i = 0; i < mask.size(); ++i) accepted[i / static_cast<size_t>(block)] += mask[i];
    return accepted;
  }

  nlohmann::json cases_;
  Safetensors tensors_;
};

TEST_F(Calibration, MetricsEqualTheAuthors) {
  ASSERT_GE(cases_["cases"].size(), 1u);
  for (const nlohmann::json& entry : cases_["cases"]) {
    const std::string name = entry["name"];
    SCOPED_TRACE(name);
    const int64_t block = entry["block"];
    const std::vector<float> logits = Logits(name);
    const std::vector<int64_t> accepted = Accepted(name, block);
    const std::vector<int64_t>& lengths = *tensors_.FindInts(name + ".effective_length");
    ConfidenceRounds rounds;
    for (size_t i = 0; i < lengths.size(); ++i) {
      std::vector<float> confidence;
      for (size_t k = 0; k < static_cast<size_t>(block); ++k) {
        const float logit = logits[i * static_cast<size_t>(block) + k];
        confidence.push_back(1.0f / (1.0f + std::exp(-logit)));
      }
      rounds.Add(confidence, lengths[i], accepted[i]);
    }
    const ConfidenceQuality quality = QualityOf(rounds);
    const nlohmann::json& wanted = entry["authors_metrics"];
    ASSERT_EQ(quality.positions.size(), wanted["per_position"].size());
    for (size_t k = 0; k < quality.positions.size(); ++k) {
      SCOPED_TRACE(k);
      const PositionQuality& position = quality.positions[k];
      const nlohmann::json& place = wanted["per_position"][k];
      EXPECT_EQ(position.weight, place["total_weight"].get<double>());
      EXPECT_NEAR(position.ece, place["ece"].get<double>(), 1e-5);
      EXPECT_NEAR(position.brier, place["brier"].get<double>(), 1e-5);
      EXPECT_NEAR(position.mean_prediction, place["pred_mean"].get<double>(), 1e-5);
      EXPECT_NEAR(position.mean_label, place["target_mean"].get<double>(), 1e-12);
      ASSERT_EQ(position.auc.has_value(), !place["auc"].is_null());
      if (position.auc) {
        EXPECT_NEAR(*position.auc, place["auc"].get<double>(), 1e-4);
        EXPECT_NEAR(*position.auc, *position.auc_exact, 2e-3);
      }
      if (!place.contains("reliability")) continue;
      ASSERT_EQ(position.reliability.size(), place["reliability"].size());
      for (size_t b = 0; b < position.reliability.size(); ++b) {
        const nlohmann::json& bin = place["reliability"][b];
        EXPECT_EQ(position.reliability[b].bin, bin["bin"].get<int>());
        EXPECT_EQ(position.reliability[b].weight, bin["weight"].get<double>());
        EXPECT_NEAR(position.reliability[b].mean_prediction, bin["avg_pred"].get<double>(), 1e-5);
        EXPECT_NEAR(position.reliability[b].mean_label, bin["avg_target"].get<double>(), 1e-9);
      }
    }
    const nlohmann::json& summary = wanted["summary"];
    EXPECT_NEAR(*quality.ece, summary["ece_mean"].get<double>(), 1e-5);
    EXPECT_NEAR(*quality.brier, summary["brier_mean"].get<double>(), 1e-5);
    EXPECT_NEAR(*quality.auc, summary["auc_mean"].get<double>(), 1e-4);
    EXPECT_NEAR(*quality.mean_prediction, summary["pred_mean"].get<double>(), 1e-5);
    EXPECT_NEAR(*quality.mean_label, summary["target_mean"].get<double>(), 1e-9);
  }
}

TEST_F(Calibration, SequentialTemperaturesEqualTheFixture) {
  std::vector<double> grid;
  for (int i = 0; i <= 120; ++i)
    grid.push_back(std::exp(std::log(0.25) + i * std::log(16.0) / 120));
  for (const nlohmann::json& entry : cases_["cases"]) {
    const std::string name = entry["name"];
    SCOPED_TRACE(name);
    const int64_t block = entry["block"];
    const TemperatureFit fit =
        FitTemperatures(Logits(name), block, *tensors_.FindInts(name + ".effective_length"),
                        Accepted(name, block), grid);
    const nlohmann::json& wanted = entry["sts_from_paper"];
    for (size_t k = 0; k < static_cast<size_t>(block); ++k) {
      SCOPED_TRACE(k);
      EXPECT_NEAR(fit.ece_before[k], wanted["ece_before"][k].get<double>(), 1e-5);
      const bool same_point =
          std::abs(fit.temperatures[k] - wanted["temperatures"][k].get<double>()) < 1e-9;
      EXPECT_TRUE(same_point ||
                  std::abs(fit.ece_after[k] - wanted["ece_after"][k].get<double>()) <= 1e-4);
    }
  }
}

}  // namespace
}  // namespace dsb
