// Any bytes as the prompts of `dsbench sample` are prompts that keep their promises, or bad input.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "base/utf8.h"
#include "harness/sampling/sample_prompts.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(*argc, *argv, "turns",
                 "{\"id\":\"a\",\"domain\":\"math\",\"turns\":[\"hi\"]}\n"
                 "{\"id\":\"b\",\"turns\":[\"ho\"],\"temperature\":0.5,\"top_p\":0.25,"
                 "\"max_tokens\":7}\n");
  dsb::WriteSeed(*argc, *argv, "text", "{\"id\":\"a\",\"text\":\"x\"}\n");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string path = (dsb::FuzzFolder() / "prompts.jsonl").string();
  dsb::WriteFuzzFile(path, {reinterpret_cast<const char*>(data), size});
  for (const bool raw : {false, true}) {
    try {
      std::set<std::string> ids;
      for (const dsb::SamplePrompt& prompt : dsb::ReadSamplePrompts(path, {.raw = raw})) {
        DSB_CHECK(ids.insert(prompt.id).second);
        DSB_CHECK(dsb::FindInvalidUtf8(prompt.text) == std::string::npos);
        DSB_CHECK(prompt.temperature >= 0 && prompt.max_tokens >= 1);
      }
      DSB_CHECK(!ids.empty());
    } catch (const dsb::Error& error) {
      dsb::CheckRefusal(error);
    }
  }
  return 0;
}
