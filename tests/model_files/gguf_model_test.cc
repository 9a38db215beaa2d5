// The loader against the target file itself: figures of formats.md 1.6.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "engines/model_files/gguf.h"
#include "tests/model_files/target_file.h"

namespace dsb {
namespace {

class GgufModelTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = FindTargetFile();
    if (path.empty()) GTEST_SKIP() << "no target file (set DSBENCH_TARGET)";
    file_.emplace(path);
  }
  const StoredTensor& Tensor(const std::string& name) const {
    const StoredTensor* tensor = file_->Find(name);
    if (tensor == nullptr) throw std::out_of_range(name);
    return *tensor;
  }
  std::vector<float> Row(const StoredTensor& tensor, int64_t row) const {
    const int64_t row_bytes = RowBytes(tensor.type, tensor.cols());
    std::vector<float> values(static_cast<size_t>(tensor.cols()));
    DequantizeRow(tensor.type, tensor.bytes.data() + row * row_bytes, values);
    return values;
  }
  double SumOfSquares(const std::string& name) const {
    const StoredTensor& tensor = Tensor(name);
    double sum = 0;
    for (int64_t row = 0; row < tensor.rows(); ++row) {
      double row_sum = 0;  // one running sum over 28 million values would lose the last digits
      for (const float value : Row(tensor, row)) row_sum += double{value} * double{value};
      sum += row_sum;
    }
    return sum;
  }
  void ExpectFirst(const std::string& name, const std::vector<double>& expected) const {
    const std::vector<float> row = Row(Tensor(name), 0);
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(row[i], expected[i], std::fabs(expected[i]) * 1e-7) << name << " " << i;
    }
  }
  std::optional<GgufFile> file_;
};

TEST_F(GgufModelTest, IsThePinnedFile) {
  EXPECT_EQ(file_->bytes().size(), 98'362'432u);
  EXPECT_EQ(Sha256Hex(file_->bytes()),
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
  EXPECT_TRUE(file_->warnings().empty());
}

TEST_F(GgufModelTest, ReadsKeys) {
  EXPECT_EQ(file_->String("general.architecture"), "llama");
  EXPECT_EQ(file_->String("general.finetune"), "8k-lc100k-mix1-ep2");
  EXPECT_EQ(file_->Strings("general.languages"), std::vector<std::string>{"en"});
  EXPECT_EQ(file_->Int("llama.block_count"), 30);
  EXPECT_EQ(file_->Int("llama.context_length"), 8192);
  EXPECT_EQ(file_->Int("llama.embedding_length"), 576);
  EXPECT_EQ(file_->Int("llama.feed_forward_length"), 1536);
  EXPECT_EQ(file_->Int("llama.attention.head_count"), 9);
  EXPECT_EQ(file_->Int("llama.attention.head_count_kv"), 3);
  EXPECT_EQ(file_->Float("llama.rope.freq_base"), 100000.0);
  EXPECT_EQ(file_->Float("llama.attention.layer_norm_rms_epsilon"), 9.999999747378752e-06);
  EXPECT_FALSE(file_->Bool("tokenizer.ggml.add_bos_token"));
  EXPECT_EQ(file_->Strings("tokenizer.ggml.tokens").size(), 49152u);
  EXPECT_EQ(file_->Ints("tokenizer.ggml.token_type").size(), 49152u);
  EXPECT_EQ(file_->Strings("tokenizer.ggml.merges").size(), 48900u);
  EXPECT_EQ(file_->Strings("tokenizer.ggml.merges")[3], "h e");
  EXPECT_EQ(file_->IntOr("general.alignment", -7), -7);
}

TEST_F(GgufModelTest, ReadsTensorTable) {
  ASSERT_EQ(file_->tensors().size(), 272u);
  int64_t num_elements = 0;
  for (const StoredTensor& tensor : file_->tensors()) num_elements += tensor.rows() * tensor.cols();
  EXPECT_EQ(num_elements, 134'515'008);
  EXPECT_EQ(file_->tensors().front().name, "token_embd.weight");
  EXPECT_EQ(file_->tensors().front().bytes.data() - file_->bytes().data(), 1'785'664);
  EXPECT_EQ(file_->tensors().back().name, "output_norm.weight");
  const StoredTensor& embedding = Tensor("token_embd.weight");
  EXPECT_EQ(embedding.shape, (std::vector<int64_t>{49152, 576}));
  EXPECT_EQ(embedding.type, TensorType::kQ8_0);
  EXPECT_EQ(embedding.bytes.size(), 30'081'024u);
  const StoredTensor& down = Tensor("blk.29.ffn_down.weight");
  EXPECT_EQ(down.shape, (std::vector<int64_t>{576, 1536}));
  EXPECT_EQ(down.type, TensorType::kQ4_1);
  EXPECT_EQ(down.bytes.size(), 552'960u);
  EXPECT_EQ(Tensor("output_norm.weight").shape, std::vector<int64_t>{576});
}

TEST_F(GgufModelTest, TensorBytesDecodeToTheKnownValues) {
  ExpectFirst("token_embd.weight", {-0.10654449, 0.032978058, 0.0481987, -0.022830963});
  ExpectFirst("blk.0.attn_q.weight", {-0.096313477, 0.15734863, -0.096313477, -0.73046875});
  ExpectFirst("blk.0.ffn_down.weight", {-0.33081055, 0.34606934, 0.075317383, -0.46618652});
  EXPECT_NEAR(SumOfSquares("token_embd.weight"), 520415.71545, 1e-5);
  EXPECT_NEAR(SumOfSquares("blk.0.attn_q.weight"), 26749.573275, 1e-6);
  EXPECT_NEAR(SumOfSquares("blk.29.ffn_up.weight"), 41023.198646, 1e-6);
}

}  // namespace
}  // namespace dsb
