// Any text as the config.json of a target folder with good weights gives a model of finite numbers,
// or a bad-input error.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "engines/model_files/safetensors.h"
#include "engines/target_model/hf_config.h"
#include "engines/target_model/target_model.h"
#include "tests/build_paths.h"
#include "tests/fuzz/fuzz_folder.h"
#include "tests/fuzz/seed.h"

namespace {

constexpr const char* kTargets = DSB_SOURCE_DIR "/tests/golden/targets/";

std::shared_ptr<const dsb::Safetensors> Weights() {
  static const auto weights = std::make_shared<const dsb::Safetensors>(
      dsb::Safetensors::Open(std::string(kTargets) + "qwen3"));
  return weights;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (const char* name : {"qwen3", "llama_tied"}) {
    dsb::WriteSeed(*argc, *argv, name,
                   dsb::ReadFuzzFile(std::string(kTargets) + name + "/config.json"));
  }
  dsb::WriteSeed(
      *argc, *argv, "scaled_rope",
      R"({"model_type":"llama","hidden_size":64,"num_hidden_layers":6,"num_attention_heads":4,)"
      R"("intermediate_size":128,"vocab_size":96,"rms_norm_eps":1e-5,"rope_theta":1e4,)"
      R"("max_position_embeddings":512,"rope_scaling":{"rope_type":"llama3","factor":8.0,)"
      R"("low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":64}})");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string folder = (dsb::FuzzFolder() / "target").string();
  std::filesystem::create_directories(folder);
  dsb::WriteFuzzFile(folder + "/config.json", {reinterpret_cast<const char*>(data), size});
  try {
    dsb::ModelFolder files(folder);
    const dsb::ModelConfig config = dsb::ConfigFromFolder(files);
    for (const float frequency : config.rope_frequencies) DSB_CHECK(std::isfinite(frequency));
    const auto model = dsb::TargetModel::FromFolder(files, Weights(), dsb::WeightMode::kStored);
    DSB_CHECK(static_cast<int64_t>(model->layers().size()) == config.num_layers);
  } catch (const dsb::Error& error) {
    dsb::CheckRefusal(error);
  }
  return 0;
}
