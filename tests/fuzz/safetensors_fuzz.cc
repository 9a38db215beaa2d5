// Any bytes are either a safetensors file whose ranges tile it, or bad input.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "engines/model_files/safetensors.h"
#include "engines/model_files/safetensors_entry.h"
#include "tests/fuzz/seed.h"
#include "tests/model_files/safetensors_writer.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(*argc, *argv, "small", dsb::SmallSafetensorsFile());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    uint64_t data_bytes = 0;
    for (const dsb::SafetensorsEntry& entry : dsb::ReadSafetensorsEntries(bytes, "fuzz")) {
      DSB_CHECK(entry.begin == data_bytes);
      DSB_CHECK(entry.bytes.size() == entry.end - entry.begin);
      data_bytes = entry.end;
      uint64_t num_elements = 1;
      for (const int64_t dim : entry.shape) num_elements *= static_cast<uint64_t>(dim);
      const uint64_t element_bytes =
          entry.type ? static_cast<uint64_t>(dsb::RowBytes(*entry.type, 1)) : entry.int_bytes;
      DSB_CHECK(entry.bytes.size() == num_elements * element_bytes);
    }
    DSB_CHECK(data_bytes < size);
    const dsb::Safetensors file = dsb::Safetensors::Parse(bytes, "fuzz");
    for (const auto& [name, tensor] : file.tensors()) DSB_CHECK(file.Find(name) == &tensor);
    file.CheckFinite();
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
    DSB_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
