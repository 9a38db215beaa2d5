// Fixtures of tests/golden (or DSBENCH_GOLDEN_DIR): JSON, tensors, token lists.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "engines/model_files/safetensors.h"
#include "tests/build_paths.h"

namespace dsb::golden {

inline std::string Root() {
  const char* folder = std::getenv("DSBENCH_GOLDEN_DIR");
  return folder != nullptr ? folder : DSB_SOURCE_DIR "/tests/golden";
}

inline nlohmann::json ReadJson(const std::string& path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream) << path;
  return nlohmann::json::parse(stream);
}

// Names of the folders in Root()/part whose config.json satisfies `wanted`, sorted.
template <typename Wanted>
std::vector<std::string> Folders(const std::string& part, Wanted wanted) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(Root() + "/" + part)) {
    const std::string config = entry.path().string() + "/config.json";
    if (std::filesystem::exists(config) && wanted(ReadJson(config))) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline std::vector<std::string> Targets() {
  return Folders("targets", [](const nlohmann::json& config) {
    return config["model_type"] == "llama" || config["model_type"] == "qwen3";
  });
}

// Drafters with a block backbone on one of those targets; `drafter`: only "dspark" or "dflash".
inline std::vector<std::string> BlockDrafters(const std::string& drafter = "") {
  return Folders("drafters", [&](const nlohmann::json& config) {
    const bool dspark = config.value("markov_rank", 0) > 0;
    return config["architectures"][0] == "Qwen3DSparkModel" &&
           (drafter.empty() || dspark == (drafter == "dspark"));
  });
}

// The target that a fixture drafter was made for, as the manifest says.
inline std::string TargetOf(const std::string& drafter) {
  const nlohmann::json manifest = ReadJson(Root() + "/manifest.json");
  for (const auto& entry : manifest["drafters"]) {
    if (entry["name"] == drafter) return entry["target"];
  }
  ADD_FAILURE() << "the manifest has no drafter " << drafter;
  return "";
}

inline std::vector<float> Floats(const Safetensors& file, const std::string& name) {
  const StoredTensor* tensor = file.Find(name);
  if (tensor == nullptr) {
    ADD_FAILURE() << file.path() << ": no tensor " << name;
    return {};
  }
  std::vector<float> values(static_cast<size_t>(tensor->rows() * tensor->cols()));
  for (int64_t row = 0; row < tensor->rows(); ++row) {
    DequantizeRow(tensor->type, tensor->bytes.data() + row * RowBytes(tensor->type, tensor->cols()),
                  std::span(values).subspan(static_cast<size_t>(row * tensor->cols()),
                                            static_cast<size_t>(tensor->cols())));
  }
  return values;
}

// |a - b| <= tolerance (1 + |b|) everywhere: the fixtures' rule with 1e-4 for logits and states,
// 1e-5 for probabilities.
inline void ExpectClose(std::span<const float> found, std::span<const float> expected,
                        double tolerance, const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  double worst = 0;
  size_t where = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double a = static_cast<double>(found[i]), b = static_cast<double>(expected[i]);
    const double error = std::abs(a - b) / (1 + std::abs(b));
    if (!(error <= worst)) {
      worst = error;
      where = i;
    }
  }
  EXPECT_LE(worst, tolerance) << what << " at " << where << ": found " << found[where]
                              << ", expected " << expected[where];
}

inline std::vector<int32_t> Tokens(const nlohmann::json& list) {
  return list.get<std::vector<int32_t>>();
}

}  // namespace dsb::golden
