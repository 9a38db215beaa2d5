#include "engines/target_model/unknown_tensors.h"

#include <gtest/gtest.h>

#include "tests/model_files/expect_error.h"
#include "tests/model_files/gguf_writer.h"

namespace dsb {
namespace {

std::vector<std::string> Check(const std::vector<std::string>& names) {
  GgufWriter writer;
  for (const std::string& name : names) {
    writer.tensors.push_back({name, {1}, 0, Raw(1.0f), std::nullopt});
  }
  const std::string bytes = writer.File();
  return CheckUnknownTensors(GgufFile(AsBytes(bytes), "f.gguf"), 2);
}

TEST(UnknownTensorsTest, TheModelsOwnTensorsPass) {
  EXPECT_TRUE(Check({"token_embd.weight", "output_norm.weight", "rope_freqs.weight",
                     "blk.0.attn_q.weight", "blk.1.ffn_norm.weight"})
                  .empty());
}

TEST(UnknownTensorsTest, WhatChangesTheMathsIsRefused) {
  for (const char* name :
       {"blk.0.attn_q.bias", "blk.1.attn_q_norm.weight", "token_embd_norm.weight",
        "rope_factors_long.weight", "blk.2.attn_norm.weight", "output.bias"}) {
    ExpectBadInput({"f.gguf", name}, [&] { Check({"token_embd.weight", name}); });
  }
}

TEST(UnknownTensorsTest, TheRestIsAWarningEach) {
  const std::vector<std::string> warnings =
      Check({"token_embd.weight", "mtp.weight", "blk.2.ffn_up.weight"});
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("\"mtp.weight\""), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[1].find("\"blk.2.ffn_up.weight\""), std::string::npos) << warnings[1];
}

}  // namespace
}  // namespace dsb
