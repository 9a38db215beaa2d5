// Whatever the bytes, the readers either succeed or throw dsb::Error: cut files and random bit
// flips. Most telling under AddressSanitizer.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>

#include "engines/model_files/gguf.h"
#include "engines/model_files/safetensors.h"
#include "engines/model_files/tokenizer.h"
#include "tests/model_files/expect_error.h"
#include "tests/model_files/safetensors_writer.h"
#include "tests/model_files/small_tokenizer.h"

namespace dsb {
namespace {

using Reader = std::function<void(const std::string&)>;

// Counts the inputs that were refused; anything but dsb::Error escapes and fails the test.
int CountRefused(const std::string& bytes, const Reader& read) {
  try {
    read(bytes);
    return 0;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput) << error.what();
    return 1;
  }
}

int CountRefusedFlips(const std::string& valid, int num_files, const Reader& read) {
  std::mt19937 random(12345);
  int num_refused = 0;
  for (int i = 0; i < num_files; ++i) {
    std::string bytes = valid;
    const int num_flips = 1 + static_cast<int>(random() % 4);
    for (int flip = 0; flip < num_flips; ++flip) {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    }
    num_refused += CountRefused(bytes, read);
  }
  return num_refused;
}

int CountRefusedCuts(const std::string& valid, const Reader& read) {
  int num_refused = 0;
  for (size_t size = 0; size < valid.size(); ++size) {
    num_refused += CountRefused(valid.substr(0, size), read);
  }
  return num_refused;
}

void ReadGguf(const std::string& bytes) {
  const GgufFile file(AsBytes(bytes), "f");
  for (const StoredTensor& tensor : file.tensors()) {
    // Every byte that a tensor claims must be there.
    unsigned sum = 0;
    for (const std::byte byte : tensor.bytes) sum += static_cast<unsigned>(byte);
    ASSERT_LE(sum, 255u * tensor.bytes.size());
  }
}

void ReadSafetensors(const std::string& bytes) { Safetensors::Parse(AsBytes(bytes), "f"); }

void ReadTokenizer(const std::string& bytes) {
  const GgufFile file(AsBytes(bytes), "f");
  const Tokenizer tokenizer(file);
  tokenizer.Encode("hello  12 <|im_end|>\n", Tokenizer::Special::kMatch);
}

std::string SmallGguf() {
  GgufWriter writer;
  writer.String("general.name", "x");
  writer.U32("a.b", 3);
  writer.I32s("a.c", {1, 2, 3});
  writer.tensors = {{"first", {32, 2}, 8, std::string(68, '\x11'), {}},
                    {"second", {3}, 1, std::string(6, '\x11'), {}},
                    {"third", {32}, 3, std::string(20, '\x11'), {}}};
  return writer.File();
}

TEST(CorruptionTest, Gguf) {
  const std::string valid = SmallGguf();
  ASSERT_EQ(CountRefused(valid, ReadGguf), 0);
  // All cuts fail but those inside the padding behind the last tensor (20 bytes, padded to 32).
  EXPECT_EQ(CountRefusedCuts(valid, ReadGguf), static_cast<int>(valid.size()) - 12);
  EXPECT_GT(CountRefusedFlips(valid, 20'000, ReadGguf), 5'000);
}

TEST(CorruptionTest, Safetensors) {
  const std::string valid = SmallSafetensorsFile();
  ASSERT_EQ(CountRefused(valid, ReadSafetensors), 0);
  EXPECT_EQ(CountRefusedCuts(valid, ReadSafetensors), static_cast<int>(valid.size()));
  EXPECT_GT(CountRefusedFlips(valid, 20'000, ReadSafetensors), 10'000);
}

TEST(CorruptionTest, TokenizerTables) {
  const std::string valid = SmallTokenizer().Writer().File();
  ASSERT_EQ(CountRefused(valid, ReadTokenizer), 0);
  EXPECT_GT(CountRefusedFlips(valid, 2'000, ReadTokenizer), 1'000);
}

}  // namespace
}  // namespace dsb
