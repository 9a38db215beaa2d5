// The target file and its tokenizer, loaded once for the tests that need them. Not part of the
// product.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "engines/model_files/gguf.h"
#include "engines/model_files/tokenizer.h"
#include "tests/model_files/target_file.h"

namespace dsb {

class TargetTokenizerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string path = FindTargetFile();
    if (path.empty()) return;
    file_ = std::make_unique<GgufFile>(path, GgufOptions{.check_weights = false});
    tokenizer_ = std::make_unique<Tokenizer>(*file_);
  }
  static void TearDownTestSuite() {
    tokenizer_.reset();
    file_.reset();
  }
  void SetUp() override {
    if (tokenizer_ == nullptr) GTEST_SKIP() << "no target file (set DSBENCH_TARGET)";
  }

  static inline std::unique_ptr<GgufFile> file_;
  static inline std::unique_ptr<Tokenizer> tokenizer_;
};

}  // namespace dsb
