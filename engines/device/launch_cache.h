// One call in place of many launches: the launches of a stage at one size are captured as a graph
// when they come for the second time (the first time loads the kernels) and replayed from then on.
// What they read and write are fixed device addresses with new contents. Where there are no graphs
// the launches are made each time.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "kernels/cuda/common/device_memory.h"
#include "kernels/cuda/common/stream.h"
#include "kernels/cuda/common/stream_events.h"

namespace dsb {

// A stage and all that its launches' sizes follow from.
struct LaunchKey {
  int32_t stage = 0;
  int32_t num_requests = 0;  // padding included
  int32_t num_rows = 0;      // of the target pass; 0 where the stage has none
  auto operator<=>(const LaunchKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

class LaunchCache {
 public:
  explicit LaunchCache(bool enabled) : enabled_(enabled && cuda::Graph::supported()) {}

  // `launch(stream)` gives the same launches whenever the key is the same.
  template <class Launches>
  void Run(const LaunchKey& key, cuda::Stream stream, Launches&& launch) {
    if (!enabled_) {
      launch(stream);
      return;
    }
    const auto [found, is_new] = graphs_.try_emplace(key);
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
  std::map<LaunchKey, cuda::Graph> graphs_;
};

}  // namespace dsb
