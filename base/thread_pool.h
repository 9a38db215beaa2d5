// Fork-join over a fixed set of threads for short kernels. The caller is worker 0.
// Items are handed out dynamically: results must not depend on which worker runs an item.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

namespace dsb {

class ThreadPool {
 public:
  // `num_threads` >= 1 in all, the caller's thread included.
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const;

  // Calls body(first, last, worker) on consecutive ranges of at most `grain` items until [0, count)
  // is covered; returns when all are done. One caller at a time; the body must not throw.
  template <typename Body>
  void ParallelFor(int64_t count, int64_t grain, Body&& body) {
    auto call = [](void* context, int64_t first, int64_t last, int worker) {
      (*static_cast<std::remove_reference_t<Body>*>(context))(first, last, worker);
    };
    Run(count, grain, call, const_cast<void*>(static_cast<const void*>(&body)));
  }

  // Sum of the CPU time of all workers (the caller's thread included), nanoseconds. Of more than
  // two threads the process is asked for all its threads: what others of its threads do meanwhile
  // (the recorder's takes some microseconds a round) counts too. Caller's thread only.
  int64_t CpuNs() const;

 private:
  using Call = void (*)(void* context, int64_t first, int64_t last, int worker);
  void Run(int64_t count, int64_t grain, Call call, void* context);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dsb
