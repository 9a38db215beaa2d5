#include "base/thread_pool.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace dsb {
namespace {

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Spins this often before it sleeps: longer than the serial work between two kernels of one pass.
constexpr int kSpins = 20'000;

}  // namespace

struct ThreadPool::State {
  explicit State(int thread_count) : num_threads(thread_count) {}

  // One job. Written by the caller before `job` is bumped, read by workers after they saw it.
  Call call = nullptr;
  void* context = nullptr;
  int64_t count = 0;
  int64_t grain = 1;
  alignas(64) std::atomic<uint32_t> job{0};
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) std::atomic<int> running{0};
  alignas(64) std::atomic<int> sleepers{0};
  std::atomic<bool> stop{false};
  const int num_threads;
  std::vector<std::thread> threads;

  void Work(int worker) {
    for (;;) {
      const int64_t first = next.fetch_add(grain, std::memory_order_relaxed);
      if (first >= count) return;
      call(context, first, std::min(first + grain, count), worker);
    }
  }

  void WaitForJob(uint32_t seen) {
    for (int spin = 0; spin < kSpins; ++spin) {
      if (job.load(std::memory_order_acquire) != seen) return;
      Pause();
    }
    sleepers.fetch_add(1);
    while (job.load() == seen) job.wait(seen);
    sleepers.fetch_sub(1);
  }

  void Loop(int worker) {
    uint32_t seen = 0;
    for (;;) {
      WaitForJob(seen);
      seen = job.load(std::memory_order_acquire);
      if (stop.load()) return;
      Work(worker);
      running.fetch_sub(1, std::memory_order_release);
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : state_(std::make_unique<State>(num_threads)) {
  DSB_CHECK(num_threads >= 1);
  for (int worker = 1; worker < num_threads; ++worker) {
    state_->threads.emplace_back([this, worker] { state_->Loop(worker); });
  }
}

ThreadPool::~ThreadPool() {
  state_->stop.store(true);
  state_->job.fetch_add(1);
  state_->job.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int ThreadPool::num_threads() const { return state_->num_threads; }

void ThreadPool::Run(int64_t count, int64_t grain, Call call, void* context) {
  DSB_DCHECK(grain >= 1);
  if (state_->num_threads == 1 || count <= grain) {
    if (count > 0) call(context, 0, count, 0);
    return;
  }
  State& state = *state_;
  state.call = call;
  state.context = context;
  state.count = count;
  state.grain = grain;
  state.next.store(0, std::memory_order_relaxed);
  state.running.store(state.num_threads - 1, std::memory_order_relaxed);
  state.job.fetch_add(1);
  if (state.sleepers.load() > 0) state.job.notify_all();
  state.Work(0);
  for (int spin = 0; state.running.load(std::memory_order_acquire) != 0; ++spin) {
    if (spin < kSpins) {
      Pause();
    } else {
      std::this_thread::yield();
    }
  }
}

int64_t ThreadPool::CpuNs() const {
  int64_t total = ThreadCpuNs();
  for (std::thread& thread : state_->threads) {
    clockid_t id{};
    timespec t{};
    if (pthread_getcpuclockid(thread.native_handle(), &id) == 0 && clock_gettime(id, &t) == 0) {
      total += int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
    }
  }
  return total;
}

}  // namespace dsb
