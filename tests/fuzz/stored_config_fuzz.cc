// Any text as a run's stored configuration is refused, or is the same measurement when it is
// written out and read again.
#include <cstddef>
#include <cstdint>
#include <string>

#include "results/run_config.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::RunConfig config;
  config.arms = {"none", "dspark:7"};
  config.threshold = 0.5;
  config.drafter_sha256 = "ab";
  config.device = "cuda";
  dsb::WriteSeed(*argc, *argv, "full", dsb::ConfigToJson(config));
  dsb::WriteSeed(*argc, *argv, "empty", "{}");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string session = dsb::SessionFromJson(text);
  try {
    const dsb::RunConfig config = dsb::ConfigFromJson(text, "fuzz");
    DSB_CHECK(session == config.session);
    const dsb::RunConfig again = dsb::ConfigFromJson(dsb::ConfigToJson(config), "written");
    DSB_CHECK(dsb::ConfigSha256(again) == dsb::ConfigSha256(config));
    DSB_CHECK(dsb::ConfigDifferences(again, config).empty());
  } catch (const dsb::Error& error) {
    dsb::CheckRefusal(error);
  }
  return 0;
}
