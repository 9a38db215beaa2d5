// The real target in one weight mode, read once for neighbouring tests of a binary. One thread.
#pragma once

#include <memory>
#include <optional>

#include "engines/target_model/target_model.h"
#include "tests/target_file.h"

namespace dsb {

// The last mode that was asked for is kept, and no other: with float weights it takes half a
// gigabyte.
inline std::shared_ptr<const TargetModel> SharedTarget(WeightMode mode) {
  static std::optional<WeightMode> kept_mode;
  static std::shared_ptr<const TargetModel> kept;
  if (kept_mode != mode) {
    kept.reset();
    kept = TargetModel::FromGguf(std::make_shared<const GgufFile>(TargetFile()), mode);
    kept_mode = mode;
  }
  return kept;
}

}  // namespace dsb
