// Finds infinities and NaNs among stored weights: every F32, F16 and BF16 value and every f16 scale
// of a quantised block (formats.md 1.3 rule 7). Reads each byte once, at memory speed.
#pragma once

#include <cstdint>
#include <optional>

#include "engines/model_files/tensor.h"

namespace dsb {

// Model files below it have their weights checked when they are loaded, unless told otherwise.
inline constexpr uint64_t kCheckWeightsBelowBytes = uint64_t{1} << 30;

// Flat index of the first element whose value, or whose block's scale, is not finite; nothing if
// all are.
std::optional<int64_t> FindNonFinite(const StoredTensor& tensor);

}  // namespace dsb
