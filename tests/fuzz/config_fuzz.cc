// The --config file's parser: any bytes give entries or a bad-input error, nothing else.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "harness/options/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const std::string text(reinterpret_cast<const char*>(data), size);
    for (const dsb::ConfigEntry& entry : dsb::ParseConfig(text, "config")) {
      DSB_CHECK(!entry.values.empty());
    }
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
  }
  return 0;
}
