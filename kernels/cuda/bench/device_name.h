// Which device is there.
#pragma once

#include <string>

namespace dsb::bench {

std::string DeviceName();  // of device 0, as its driver calls it; empty: none

}  // namespace dsb::bench
