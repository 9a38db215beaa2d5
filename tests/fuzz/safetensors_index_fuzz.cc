// Any text as model.safetensors.index.json names files of its own folder only, or is bad input.
#include <cstddef>
#include <cstdint>
#include <string>

#include "engines/model_files/model_folder.h"
#include "engines/model_files/safetensors_index.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  dsb::WriteSeed(*argc, *argv, "two",
                 R"({"metadata":{"total_size":8},"weight_map":{"a":"one.safetensors",)"
                 R"("b":"two.safetensors"}})");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string folder = dsb::FuzzFolder().path().string();
  for (const char* name : {"/one.safetensors", "/two.safetensors"}) {
    if (!std::filesystem::exists(folder + name)) dsb::WriteFuzzFile(folder + name, "x");
  }
  const std::string path = folder + "/model.safetensors.index.json";
  dsb::WriteFuzzFile(path, {reinterpret_cast<const char*>(data), size});
  try {
    dsb::ModelFolder files(folder);
    for (const auto& [tensor, file] :
         dsb::ReadSafetensorsIndex(files, "model.safetensors.index.json")) {
      DSB_CHECK(!file.empty() && file.find('/') == std::string::npos && file != "..");
    }
  } catch (const dsb::Error& error) {
    // A file that is named and missing is a missing resource.
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput || error.code() == dsb::ExitCode::kResource);
  }
  return 0;
}
