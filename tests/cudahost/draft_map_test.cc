#include "kernels/cuda/common/draft_map.h"

#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

class DraftMapTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(DraftMapTest);

TEST_P(DraftMapTest, InvertsAndMarksWhatIsNotThere) {
  // 1000 of 3001 ids in an order that is neither rising nor falling.
  std::vector<int32_t> ids, want(3001, -1);
  for (int32_t i = 0; i < 1000; ++i) {
    ids.push_back(i * 7 % 1000 * 3 + 1);
    want[static_cast<size_t>(ids.back())] = i;
  }
  const auto target_ids = Upload(ids);
  cuda::DeviceBuffer<int32_t> inverse(3001);
  cuda::InvertDraftMap({.target_ids = target_ids.data(),
                        .draft_vocab = 1000,
                        .target_vocab = 3001,
                        .draft_indices = inverse.data()},
                       nullptr);
  EXPECT_EQ(Download(inverse), want);
}

}  // namespace
}  // namespace dsb::testing
