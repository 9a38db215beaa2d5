// One call in place of many launches: the launches of a stage at one padded size are captured as a
// graph when they come for the second time (the first time loads the kernels) and replayed from
// then on. What they read and write are fixed device addresses with new contents. Where there are
// no graphs the launches are made each time.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream.h"

namespace dsb {

class LaunchCache {
 public:
  explicit LaunchCache(bool enabled) : enabled_(enabled && cuda::Graph::supported()) {}

  // `launch(stream)` gives the same launches whenever (stage, size) is the same.
  template <class Launches>
  void Run(int32_t stage, int32_t size, cuda::Stream stream, Launches&& launch) {
    if (!enabled_) {
      launch(stream);
      return;
    }
    const auto [found, is_new] = graphs_.try_emplace({stage, size});
    if (is_new) {
      launch(stream);
      return;
    }
    cuda::Graph& graph = found->second;
    if (!graph.captured()) {
      graph.BeginCapture(stream);
      launch(stream);
      graph.EndCapture(stream);
    }
    graph.Launch(stream);
  }

 private:
  bool enabled_;
  std::map<std::pair<int32_t, int32_t>, cuda::Graph> graphs_;
};

}  // namespace dsb
