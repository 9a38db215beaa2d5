// Ctrl-C and SIGTERM: the first one sets a flag that the replayer looks at, the second one ends the
// process at once.
#pragma once

#include <atomic>

namespace dsb {

// Installs the handlers (idempotent) and returns the flag they set.
const std::atomic<bool>& InterruptFlag();

}  // namespace dsb
