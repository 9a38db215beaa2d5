// One block of a launch: a fiber for each of its threads and the scheduler that lets them go on in
// turn until all are done. A wait is a pointer to a generation counter and the value seen; the last
// to arrive moves the counter on. A round in which nobody goes on is a deadlock.
// Made once for a block size and used for block after block; one OS thread at a time.
#pragma once

#include <cuda_runtime_api.h>

#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "kernels/cudahost/block_calls.h"
#include "kernels/cudahost/context.h"
#include "kernels/cudahost/runner.h"
#include "kernels/cudahost/sanitizers.h"
#include "kernels/cudahost/stacks.h"

namespace dsb::cudahost {

struct Copy {
  void* to;
  const void* from;
  size_t num_bytes;
  size_t num_read;
  int group;
};

enum class FiberState { kReady, kAtBarrier, kAtWarp, kDone };

struct Fiber {
  Context context;
  StackState stack_state;
  uint3 index{0, 0, 0};
  int linear = 0;
  FiberState state = FiberState::kReady;
  const unsigned* wait_on = nullptr;  // goes on once *wait_on differs from wait_value
  unsigned wait_value = 0;
  Where where;  // of the last barrier or warp operation
  std::vector<Copy> copies;
  int copy_group = 0;
};

// Where the lanes of one mask meet.
struct MeetingPoint {
  unsigned mask = 0;
  unsigned arrived = 0;
  unsigned generation = 0;
};

struct Warp {
  static constexpr int kMaxPoints = 64;
  LaneValue values[32];
  int num_points = 0;
  MeetingPoint points[kMaxPoints];
};

class Block {
 public:
  explicit Block(dim3 size);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  bool HasSize(dim3 size) const;
  // Sets the built-in variables of this OS thread and calls body() once for each thread.
  void RunOne(uint3 index, dim3 grid, size_t shared_bytes, const Options& options,
              const std::function<void()>& body);

  // The block and thread that this OS thread is running; null outside RunOne.
  static Block* Current();
  Fiber& running() { return *running_; }
  void* shared() { return shared_.get(); }

  int Meet(int value, Vote vote, Where where);
  void MeetWarp(unsigned mask, Where where);
  Warp& warp_of(const Fiber& fiber) { return warps_[static_cast<size_t>(fiber.linear / 32)]; }

 private:
  struct FreeDeleter {
    void operator()(void* memory) const;
  };
  static void Entry();
  void Prepare(size_t shared_bytes);
  void Resume(Fiber& fiber);
  void GoToScheduler(bool ends);
  void Wait(FiberState state, const unsigned& generation);
  void OpenBarrier();
  [[noreturn]] void ThrowDeadlock() const;

  const dim3 size_;
  Stacks stacks_;
  std::vector<Fiber> fibers_;
  std::vector<Warp> warps_;
  std::unique_ptr<void, FreeDeleter> shared_;
  size_t shared_capacity_ = 0;
  const std::function<void()>* body_ = nullptr;
  Context scheduler_;
  StackState scheduler_stack_;
  Fiber* running_ = nullptr;
  std::exception_ptr error_;

  int num_alive_ = 0;
  int num_arrived_ = 0;
  unsigned generation_ = 0;  // of the barrier
  int votes_ = 0;
  int vote_result_ = 0;
  Where barrier_where_;
};

}  // namespace dsb::cudahost
