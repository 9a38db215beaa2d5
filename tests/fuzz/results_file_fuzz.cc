// Any bytes as a results file are read or refused: no crash, no hang, no end of memory.
#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/read_results.h"
#include "tests/fuzz/results_seed.h"
#include "tests/fuzz/seed.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const std::string path = (dsb::FuzzFolder() / "seed.db").string();
  dsb::MakeFuzzResults(path);
  dsb::WriteSeed(*argc, *argv, "two_runs", dsb::ReadFuzzFile(path));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string path = (dsb::FuzzFolder() / "results.db").string();
  dsb::WriteFuzzFile(path, {reinterpret_cast<const char*>(data), size});
  dsb::ReadResults(path, size);
  for (const char* log : {"-wal", "-shm", "-journal"}) std::filesystem::remove(path + log);
  return 0;
}
