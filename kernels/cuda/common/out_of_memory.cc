#include <string>

#include "base/error.h"
#include "kernels/cuda/common/device_memory.h"

namespace dsb::cuda {

void ThrowOutOfDeviceMemory(int64_t needed_bytes, int64_t free_bytes, const char* what) {
  ThrowResource("device memory: " + std::string(what) + " needs " + std::to_string(needed_bytes) +
                " bytes, " + std::to_string(free_bytes) + " are free");
}

}  // namespace dsb::cuda
