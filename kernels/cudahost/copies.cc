// The memory traffic of asynchronous copies. Apart from block.cc, so that the sanitizers see it.
#include <cstring>

#include "kernels/cudahost/block.h"

namespace dsb::cudahost {

void WaitForCopies(int num_groups_left) {
  Fiber& fiber = Block::Current()->running();
  std::erase_if(fiber.copies, [&](const Copy& copy) {
    if (copy.group >= fiber.copy_group - num_groups_left) return false;
    std::memcpy(copy.to, copy.from, copy.num_read);
    std::memset(static_cast<char*>(copy.to) + copy.num_read, 0, copy.num_bytes - copy.num_read);
    return true;
  });
}

}  // namespace dsb::cudahost
