// Any bytes are either a GGUF whose tensors lie inside it, or bad input. A tokenizer is built where
// the keys allow it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "engines/model_files/gguf.h"
#include "engines/model_files/tokenizer.h"
#include "tests/fuzz/seed.h"
#include "tests/model_files/small_tokenizer.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::GgufWriter writer;
  writer.String("general.architecture", "llama");
  writer.U32("general.alignment", 64);
  writer.I32s("a.b", {1, -2});
  writer.alignment = 64;
  writer.tensors = {{"token_embd.weight", {32, 2}, 8, std::string(68, '\x11'), {}},
                    {"n", {3}, 0, std::string(12, '\x11'), {}}};
  dsb::WriteSeed(*argc, *argv, "tensors", writer.File());
  dsb::WriteSeed(*argc, *argv, "tokenizer", dsb::SmallTokenizer().Writer().File());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const dsb::GgufFile file(bytes, "fuzz.gguf");
    for (const dsb::StoredTensor& tensor : file.tensors()) {
      DSB_CHECK(file.Find(tensor.name) == &tensor);
      DSB_CHECK(tensor.bytes.data() >= bytes.data());
      DSB_CHECK(tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size());
      DSB_CHECK(static_cast<int64_t>(tensor.bytes.size()) ==
                tensor.rows() * dsb::RowBytes(tensor.type, tensor.cols()));
    }
    const dsb::Tokenizer tokenizer(file);
    for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) tokenizer.TokenBytes(id);
    for (const int32_t id :
         tokenizer.Encode("hello \n12<|im_end|>", dsb::Tokenizer::Special::kMatch).ids) {
      DSB_CHECK(id >= 0 && id < tokenizer.vocab_size());
    }
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
    DSB_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
