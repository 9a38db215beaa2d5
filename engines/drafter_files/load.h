// What every drafter's loader gets: a checkpoint's folder and the target it drafts for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/thread_pool.h"
#include "engines/model_files/model_folder.h"
#include "kernels/packed_matrix.h"

namespace dsb {

class TargetModel;

struct DrafterLoad {
  std::string path;  // folder with config.json and model.safetensors (or shards with their index)
  // The same folder, for who wants to know what was read of it; null: nobody.
  std::shared_ptr<ModelFolder> folder = nullptr;
  std::shared_ptr<const TargetModel> target;
  std::string target_sha256;  // compared where the checkpoint names its target; empty: not compared
  WeightMode mode = WeightMode::kStored;
  int32_t num_slots = 1;       // sequences in flight, the target's slots
  int32_t context_tokens = 0;  // positions per slot, the block's own rows included
  ThreadPool* pool = nullptr;  // outlives the drafter

  std::shared_ptr<ModelFolder> OpenFolder() const {
    return folder != nullptr ? folder : std::make_shared<ModelFolder>(path);
  }
};

}  // namespace dsb
