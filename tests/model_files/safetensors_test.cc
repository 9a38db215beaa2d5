// Real safetensors files: the golden fixtures and the shipped drafter.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "engines/model_files/safetensors.h"
#include "tests/build_paths.h"

namespace dsb {
namespace {

std::string GoldenFolder() {
  const char* folder = std::getenv("DSBENCH_GOLDEN_DIR");
  return folder != nullptr ? folder : DSB_SOURCE_DIR "/tests/golden";
}

TEST(SafetensorsTest, OpensAFolder) {
  const Safetensors file = Safetensors::Open(GoldenFolder() + "/targets/llama_tied");
  EXPECT_EQ(file.tensors().size(), 38u);
  const StoredTensor* embedding = file.Find("model.embed_tokens.weight");
  ASSERT_NE(embedding, nullptr);
  EXPECT_EQ(embedding->type, TensorType::kF32);
  EXPECT_EQ(embedding->bytes.size(),
            static_cast<size_t>(embedding->rows() * embedding->cols()) * sizeof(float));
  EXPECT_EQ(file.Find("lm_head.weight"), nullptr);
  file.CheckFinite();
}

TEST(SafetensorsTest, OpensOneFileWithIntegerTensors) {
  const Safetensors file = Safetensors::Open(GoldenFolder() + "/calibration/cases.safetensors");
  EXPECT_EQ(file.tensors().size(), 4u);
}

TEST(SafetensorsTest, ReadsTheShippedDraftersVocabulary) {
  const Safetensors file = Safetensors::Open(DSB_SOURCE_DIR "/models/dspark");
  const std::vector<int64_t>* offsets = file.FindInts("d2t");
  ASSERT_NE(offsets, nullptr);
  ASSERT_EQ(offsets->size(), 16384u);
  // target id = draft id + d2t: strictly increasing and inside the target's vocabulary.
  int64_t before = -1;
  for (size_t i = 0; i < offsets->size(); ++i) {
    const int64_t target = static_cast<int64_t>(i) + (*offsets)[i];
    ASSERT_GT(target, before);
    before = target;
  }
  EXPECT_LT(before, 49152);
  const StoredTensor* mask = file.Find("mask_embedding");
  ASSERT_NE(mask, nullptr);
  EXPECT_EQ(mask->type, TensorType::kBf16);
  EXPECT_EQ(mask->shape, std::vector<int64_t>{576});
  EXPECT_EQ(file.FindInts("mask_embedding"), nullptr);
  file.CheckFinite();
}

}  // namespace
}  // namespace dsb
