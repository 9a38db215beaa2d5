// Every item runs exactly once, whoever comes late, and nothing of one job leaks into the next.
#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

namespace dsb {
namespace {

TEST(ThreadPool, RunsEveryItemOnceInManyShortJobs) {
  for (const int threads : {1, 2, 3, 5}) {
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> counts(257);
    constexpr int kJobs = 3000;
    for (int job = 0; job < kJobs; ++job) {
      const auto count = static_cast<int64_t>(job % 257);
      pool.ParallelFor(count, 1 + job % 5, [&](int64_t first, int64_t last, int worker) {
        ASSERT_LT(worker, threads);
        for (int64_t i = first; i < last; ++i) ++counts[static_cast<size_t>(i)];
      });
    }
    for (size_t i = 0; i < counts.size(); ++i) {
      int expected = 0;
      for (int job = 0; job < kJobs; ++job) expected += static_cast<int>(i) < job % 257 ? 1 : 0;
      ASSERT_EQ(counts[i].load(), expected) << "item " << i << ", threads " << threads;
    }
  }
}

TEST(ThreadPool, ResultsAreVisibleToTheCallerWithoutMoreSynchronisation) {
  ThreadPool pool(3);
  std::vector<int64_t> values(1000);
  for (int64_t job = 1; job <= 2000; ++job) {
    pool.ParallelFor(1000, 7, [&](int64_t first, int64_t last, int /*worker*/) {
      for (int64_t i = first; i < last; ++i) values[static_cast<size_t>(i)] += job;
    });
    ASSERT_EQ(values[static_cast<size_t>(job % 1000)], job * (job + 1) / 2);
  }
}

TEST(ThreadPool, WakesSleepingWorkers) {
  ThreadPool pool(2);
  std::atomic<int> helped{0};
  for (int attempt = 0; attempt < 100 && helped == 0; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.ParallelFor(2, 1, [&](int64_t /*first*/, int64_t /*last*/, int worker) {
      if (worker == 1) ++helped;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    });
  }
  EXPECT_GT(helped, 0);
}

// Leaves address space for a few threads, whose stacks take the most of it; ends the process.
[[noreturn]] void StartMoreThreadsThanFit() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size_t{256} << 20);
  pthread_setattr_default_np(&attributes);
  rlim_t num_pages = 0;
  std::ifstream("/proc/self/statm") >> num_pages;
  const rlim_t most = num_pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + (rlim_t{1} << 30);
  const rlimit limit = {most, most};
  setrlimit(RLIMIT_AS, &limit);
  try {
    const ThreadPool pool(1000);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(static_cast<int>(error.code()));
  }
  std::exit(0);
}

TEST(ThreadPool, AThreadThatCannotBeStartedIsAMissingResource) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need the address space";
#endif
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(StartMoreThreadsThanFit(), testing::ExitedWithCode(3),
              "cannot start thread [3-9] of 1000: ");
}

// However many threads are asked together: what the workers measured of themselves is in the sum.
TEST(ThreadPool, CpuTimeIsThatOfAllWorkers) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    std::atomic<int64_t> worked_ns = 0;
    const int64_t before_ns = pool.CpuNs();
    pool.ParallelFor(20, 1, [&](int64_t first, int64_t last, int) {
      const int64_t start_ns = ThreadCpuNs();
      while (ThreadCpuNs() - start_ns < (last - first) * 2'000'000) {
      }
      worked_ns += ThreadCpuNs() - start_ns;
    });
    const int64_t measured_ns = pool.CpuNs() - before_ns;
    EXPECT_GE(worked_ns.load(), 40'000'000);
    EXPECT_GE(measured_ns, worked_ns.load()) << threads;
  }
}

}  // namespace
}  // namespace dsb
