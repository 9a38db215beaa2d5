#include <gtest/gtest.h>

#include <tuple>

#include "results/store/reader.h"
#include "results/store/recorder.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using KernelTimes = StoreFixture;

KernelTimeRecord Row(int64_t run_id, const std::string& phase, int64_t calls, int64_t total_ns,
                     int64_t min_ns, int64_t max_ns) {
  KernelTimeRecord record;
  record.run_id = run_id;
  record.phase = phase;
  record.kernel = "dsb::cuda::Gemm";
  record.device = 1;
  record.batch_bucket = 8;
  record.calls = calls;
  record.total_ns = total_ns;
  record.min_ns = min_ns;
  record.max_ns = max_ns;
  return record;
}

auto Fields(const KernelTimeRecord& r) {
  return std::tie(r.run_id, r.phase, r.kernel, r.device, r.batch_bucket, r.calls, r.total_ns,
                  r.min_ns, r.max_ns, r.bytes, r.flops);
}

TEST_F(KernelTimes, ComeBackAsTheyWere) {
  Store store(Path(), {});
  const int64_t run = StartRun(store, "run").run;
  KernelTimeRecord full = Row(run, "draft", 2, 30, 10, 20);
  full.bytes = 1'000;
  full.flops = 2'000;
  const KernelTimeRecord empty = Row(run, "verify", 1, 5, 5, 5);
  store.PutKernelTimes({empty, full});
  const RunData data = ReadRun(store, run, {});
  ASSERT_EQ(data.kernels.size(), 2u);
  EXPECT_EQ(Fields(data.kernels[0]), Fields(full));
  EXPECT_EQ(Fields(data.kernels[1]), Fields(empty));
  EXPECT_TRUE(ReadRun(store, run, {.steps = false}).kernels.empty());
}

TEST_F(KernelTimes, EqualKeysAddUp) {
  Store store(Path(), {});
  const int64_t run = StartRun(store, "run").run;
  KernelTimeRecord first = Row(run, "draft", 2, 30, 10, 20),
                   second = Row(run, "draft", 3, 60, 5, 50);
  first.bytes = 7;
  second.bytes = 8;
  store.PutKernelTimes({first});
  store.PutKernelTimes({second});
  const RunData data = ReadRun(store, run, {});
  ASSERT_EQ(data.kernels.size(), 1u);
  KernelTimeRecord sum = Row(run, "draft", 5, 90, 5, 50);
  sum.bytes = 15;
  EXPECT_EQ(Fields(data.kernels[0]), Fields(sum));
}

TEST_F(KernelTimes, TheRecorderWritesThemWithTheSteps) {
  int64_t run = 0;
  {
    Store store(Path(), {});
    run = StartRun(store, "run").run;
    Recorder recorder(store, {});
    recorder.Add(std::vector<KernelTimeRecord>{});
    recorder.Add(std::vector<KernelTimeRecord>{Row(run, "draft", 2, 30, 10, 20)});
    recorder.Flush();
    recorder.Add(std::vector<KernelTimeRecord>{Row(run, "draft", 1, 1, 1, 1),
                                               Row(run, "sample", 1, 1, 1, 1)});
    recorder.Finish();
  }
  const Store store(Path(), {.mode = Store::Mode::kReadOnly});
  const RunData data = ReadRun(store, run, {});
  ASSERT_EQ(data.kernels.size(), 2u);
  EXPECT_EQ(data.kernels[0].calls, 3);
}

}  // namespace
}  // namespace dsb
