// Streams, events in their work, and graphs of launches, for code that includes no CUDA header. Two
// implementations, as of device_memory.h; the host runner has one stream and no graphs.
#pragma once

#include <memory>

#include "kernels/cuda/common/stream.h"

namespace dsb::cuda {

struct StreamDeleter {
  void operator()(StreamTag* stream) const noexcept;
};
using OwnedStream = std::unique_ptr<StreamTag, StreamDeleter>;
OwnedStream MakeStream();  // null on the host runner, which is the default stream

// A point in a stream's work.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void Record(Stream stream);
  void Wait(Stream stream) const;  // later work of `stream` waits for this event
  void Synchronize() const;        // the host waits
  // Device time from `start` to this event; both recorded and reached. Host runner: wall time.
  double MillisecondsSince(const Event& start) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Launches captured once, to be given to a stream again and again with one call.
class Graph {
 public:
  Graph();
  ~Graph();
  Graph(Graph&&) noexcept;
  Graph& operator=(Graph&&) noexcept;
  static bool supported();  // false on the host runner: there call the launchers each time
  // Between the two, launches on `stream` are noted, not run.
  void BeginCapture(Stream stream);
  void EndCapture(Stream stream);
  bool captured() const;
  void Launch(Stream stream) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dsb::cuda
