// What the round table's CHECKs let in is what RoundAddsUp says: one rule, in SQL and in C++.
#include <gmock/gmock.h>

#include "results/request_invariants.h"
#include "tests/results/metrics/metrics_test_data.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;
using RoundRule = StoreFixture;

TEST_F(RoundRule, IsTheSameInTheStore) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  int64_t repeat = 0, taken = 0, refused = 0;
  const auto compare = [&](const RoundRecord& round) {
    RequestRecord request = SampleRequest(ids, ++repeat);
    request.rounds = {round};
    const bool stored = FailureOf([&] { store.PutRequest(request); }).code == ExitCode::kDone;
    EXPECT_EQ(stored, RoundAddsUp(round))
        << "p " << round.proposed << ", v " << round.verified << ", a " << round.accepted << ", c "
        << round.committed << ", cut " << round.cut << ", " << round.confidence.size()
        << " confidences, position " << round.position;
    ++(stored ? taken : refused);
  };
  for (const int64_t proposed : {0, 2, 3}) {
    for (int64_t verified = -1; verified <= 3; ++verified) {
      for (int64_t accepted = -1; accepted <= 3; ++accepted) {
        for (int64_t committed = -1; committed <= 5; ++committed) {
          for (int64_t cut = -1; cut <= 3; ++cut) {
            compare(testing::MakeRound(proposed, verified, accepted, committed, cut));
          }
        }
      }
    }
  }
  const RoundRecord sound = testing::MakeRound(2, 2, 1, 2);
  for (size_t confidences = 0; confidences <= 3; ++confidences) {
    RoundRecord round = sound;
    round.confidence.assign(confidences, 0.5F);
    compare(round);
  }
  RoundRecord before = sound;
  before.position = -1;
  compare(before);
  EXPECT_GT(taken, 50);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace dsb
