// Any text as the config.json of a checkpoint with good weights gives a drafter or a bad-input
// error. The first byte says which drafter the checkpoint is taken for.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "engines/drafters/registry.h"
#include "engines/target_model/target_model.h"
#include "tests/build_paths.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"

namespace {

constexpr const char* kGolden = DSB_SOURCE_DIR "/tests/golden/";

struct Checkpoint {
  const char* drafter;
  const char* folder;  // of tests/golden/drafters
};
constexpr Checkpoint kCheckpoints[] = {{"dspark", "dspark_vanilla"}, {"dspark", "dspark_gated"},
                                       {"dspark", "dspark_rnn"},     {"dflash", "dflash"},
                                       {"eagle3", "eagle3"},         {"mtp1", "eagle3"}};
constexpr size_t kNumCheckpoints = std::size(kCheckpoints);

std::string SourceOf(const Checkpoint& checkpoint) {
  return std::string(kGolden) + "drafters/" + checkpoint.folder;
}

// A folder with the checkpoint's weights, its config.json still to be written.
std::string FolderOf(size_t index) {
  const std::string folder = (dsb::FuzzFolder() / std::to_string(index)).string();
  if (std::filesystem::create_directories(folder)) {
    std::filesystem::copy_file(SourceOf(kCheckpoints[index]) + "/model.safetensors",
                               folder + "/model.safetensors");
  }
  return folder;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (size_t i = 0; i < kNumCheckpoints; ++i) {
    dsb::WriteSeed(
        *argc, *argv, kCheckpoints[i].folder + std::to_string(i),
        static_cast<char>(i) + dsb::ReadFuzzFile(SourceOf(kCheckpoints[i]) + "/config.json"));
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static dsb::ThreadPool pool(1);
  static const auto target = dsb::TargetModel::FromFolder(std::string(kGolden) + "targets/qwen3",
                                                          dsb::WeightMode::kStored);
  if (size == 0) return 0;
  const size_t index = data[0] % kNumCheckpoints;
  const std::string folder = FolderOf(index);
  dsb::WriteFuzzFile(folder + "/config.json", {reinterpret_cast<const char*>(data + 1), size - 1});
  try {
    dsb::LoadDrafter(kCheckpoints[index].drafter, {.path = folder,
                                                   .target = target,
                                                   .target_sha256 = "",
                                                   .context_tokens = 64,
                                                   .pool = &pool});
  } catch (const dsb::Error& error) {
    dsb::CheckRefusal(error);
  }
  return 0;
}
