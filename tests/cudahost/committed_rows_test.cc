#include "kernels/cuda/sampling/committed_rows.h"

#include "tests/cudahost/device_test.h"

namespace dsb::testing {
namespace {

class CommittedRowsTest : public DeviceTest {};
DSB_EVERY_SCHEDULE(CommittedRowsTest);

// Requests: all accepted, none accepted, padding, not finite, one of two accepted; in a pass that
// has other rows between theirs.
TEST_P(CommittedRowsTest, FollowsAcceptedDraftsByTheNextToken) {
  constexpr int32_t kBlock = 3;
  std::vector<cuda::RoundRequest> requests(5);
  for (size_t r = 0; r < requests.size(); ++r) requests[r].slot = static_cast<int32_t>(r);
  requests[2].slot = -1;
  const std::vector<cuda::VerifyResult> results = {{.accepted = 3, .next_token = 100},
                                                   {.accepted = 0, .next_token = 101},
                                                   {.accepted = 2, .next_token = 102},
                                                   {.accepted = 2, .next_token = 103, .finite = 0},
                                                   {.accepted = 1, .next_token = 104}};
  const auto device_requests = Upload(requests);
  const auto device_results = Upload(results);
  const auto first_rows = Upload<int32_t>({1, 5, 0, 8, 11});
  const auto lengths = Upload<int32_t>({3, 1, 0, 2, 2});
  const auto drafts = Upload<int32_t>({10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52});
  auto next_tokens = Upload<int32_t>(std::vector<int32_t>(16, -7));
  cuda::DeviceBuffer<int32_t> last_rows(5);
  cuda::CommittedRows({.requests = device_requests.data(),
                       .num_requests = 5,
                       .results = device_results.data(),
                       .first_rows = first_rows.data(),
                       .lengths = lengths.data(),
                       .drafts = drafts.data(),
                       .block = kBlock,
                       .next_tokens = next_tokens.data(),
                       .last_rows = last_rows.data()},
                      nullptr);
  EXPECT_EQ(Download(last_rows), (std::vector<int32_t>{4, 5, -1, -1, 12}));
  EXPECT_EQ(Download(next_tokens), (std::vector<int32_t>{-7, 10, 11, 12, 100, 101, -7, -7, -7, -7,
                                                         -7, 50, 104, -7, -7, -7}));
}

}  // namespace
}  // namespace dsb::testing
