#include "base/thread_pool.h"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <system_error>
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

// A question for one thread's CPU time costs 0.3 us, the one for all threads of the process 0.6 to
// 1 us (2.4 us with 256 of them): 64 threads one by one would take 20 us at every border of a
// phase.
constexpr int kThreadsAskedOneByOne = 2;

// A ticket names a job (upper half) and counts the workers that entered it; closed, nobody enters
// any more.
constexpr uint64_t kClosed = uint64_t{1} << 31;
constexpr uint64_t kEntered = kClosed - 1;

uint32_t JobOf(uint64_t ticket) { return static_cast<uint32_t>(ticket >> 32); }

}  // namespace

// The caller works on a job together with whoever enters it in time, closes it when no item is
// left, and waits only for those that entered: a worker that sleeps or was preempted costs nothing.
struct ThreadPool::State {
  explicit State(int thread_count) : num_threads(thread_count) {}
  ~State() {  // also when not all threads could be started
    stop.store(true);
    job.fetch_add(1);
    job.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  // One job. Written by the caller while nobody is inside, read by workers after they entered.
  Call call = nullptr;
  void* context = nullptr;
  int64_t count = 0;
  int64_t grain = 1;
  alignas(64) std::atomic<uint64_t> ticket{kClosed};
  alignas(64) std::atomic<int64_t> next{0};
  alignas(64) std::atomic<uint64_t> done{0};
  alignas(64) std::atomic<uint32_t> job{0};  // what sleepers wait for
  std::atomic<int> sleepers{0};
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

  bool Enter() {
    uint64_t current = ticket.load(std::memory_order_acquire);
    while ((current & kClosed) == 0) {
      if (ticket.compare_exchange_weak(current, current + 1, std::memory_order_acq_rel))
        return true;
    }
    return false;
  }

  void Loop(int worker) {
    uint32_t seen = 0;
    for (;;) {
      WaitForJob(seen);
      seen = job.load(std::memory_order_acquire);
      if (stop.load()) return;
      if (!Enter()) continue;
      Work(worker);
      done.fetch_add(1, std::memory_order_release);
    }
  }

  void Run() {
    next.store(0, std::memory_order_relaxed);
    done.store(0, std::memory_order_relaxed);
    const uint64_t opened = uint64_t{JobOf(ticket.load(std::memory_order_relaxed)) + 1u} << 32;
    ticket.store(opened, std::memory_order_release);
    job.store(JobOf(opened));
    if (sleepers.load() > 0) job.notify_all();
    Work(0);
    const uint64_t entered = ticket.fetch_or(kClosed, std::memory_order_acq_rel) & kEntered;
    for (int spin = 0; done.load(std::memory_order_acquire) != entered; ++spin) {
      if (spin < kSpins) {
        Pause();
      } else {
        std::this_thread::yield();
      }
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : state_(std::make_unique<State>(num_threads)) {
  DSB_CHECK(num_threads >= 1);
  for (int worker = 1; worker < num_threads; ++worker) {
    try {
      state_->threads.emplace_back([state = state_.get(), worker] { state->Loop(worker); });
    } catch (const std::system_error& error) {
      ThrowResource("cannot start thread " + std::to_string(worker + 1) + " of " +
                    std::to_string(num_threads) + ": " + error.code().message());
    }
  }
}

ThreadPool::~ThreadPool() = default;

int ThreadPool::num_threads() const { return state_->num_threads; }

void ThreadPool::Run(int64_t count, int64_t grain, Call call, void* context) {
  DSB_DCHECK(grain >= 1);
  if (state_->num_threads == 1 || count <= grain) {
    if (count > 0) call(context, 0, count, 0);
    return;
  }
  state_->call = call;
  state_->context = context;
  state_->count = count;
  state_->grain = grain;
  state_->Run();
}

int64_t ThreadPool::CpuNs() const {
  if (state_->num_threads > kThreadsAskedOneByOne) return ProcessCpuNs();
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
