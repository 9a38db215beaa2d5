#include "results/store/chain.h"

#include <gmock/gmock.h>

#include "tests/results/store/chain_head.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

class Chain : public StoreFixture {
 protected:
  static RunIds StartChainedRun(Store& store, const std::string& uuid) {
    const RunIds ids = StartRun(store, uuid);
    store.StartChain(ids.run);
    return ids;
  }
  static std::string HeadOf(const Store& store, int64_t run_id) {
    return ChainHeadOf(store, run_id);
  }
};

// The digests were computed by another program from the text that chain.h describes.
TEST_F(Chain, DigestsAreThoseOfTheDescribedText) {
  RunRecord run;
  run.config_sha256 = "c0";
  const std::string start =
      ChainStart(run, {{"workload", SampleArtifact("workload")}}, SampleBuild());
  EXPECT_EQ(start, "d874d89dda9f17e5279cb80bab6c68dbd8f14fa27876798b02cc53c2104ecc86");
  const std::string next = "7c61c2f009a54ca6028721347e543253818a31b788cb65a46a2e01f1c73bb20e";
  RequestRecord request = SampleRequest({}, 2);
  EXPECT_EQ(ChainNext(start, SamplePrompt("item-1"), request), next);
  request.run_id = request.segment_id = request.prompt_id = 5;  // of another file
  request.first_burst_tokens = 1;                               // as it comes back
  EXPECT_EQ(ChainNext(start, SamplePrompt("item-1"), request), next);
}

TEST_F(Chain, IsContinuedWithEachRequestAndBySessions) {
  RunIds ids;
  std::string head;
  {
    Store store(Path(), {});
    ids = StartChainedRun(store, "u-1");
    const RunIds other = StartChainedRun(store, "u-2");
    for (const int64_t repeat : {0, 1}) {
      store.PutRequest(SampleRequest(ids, repeat));
      store.PutRequest(SampleRequest(other, repeat));
    }
    EXPECT_EQ(HeadOf(store, other.run), head = HeadOf(store, ids.run));  // the same was run
    EXPECT_NE(head, "");
    store.EndRun(ids.run, "interrupted", "", 1, true);
  }
  Store store(Path(), {});
  store.ResumeRun(ids.run);
  store.PutRequest(SampleRequest(ids, 2));
  EXPECT_NE(HeadOf(store, ids.run), "");
  EXPECT_NE(HeadOf(store, ids.run), head);
}

TEST_F(Chain, ARequestThatFailsIsNoLink) {
  Store store(Path(), {});
  const RunIds ids = StartChainedRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 0));
  EXPECT_THROW(store.PutRequest(SampleRequest(ids, 0)), Error);
  store.PutRequest(SampleRequest(ids, 1));
  EXPECT_NE(HeadOf(store, ids.run), "");
}

TEST_F(Chain, StartDependsOnWhatIsRun) {
  Store store(Path(), {});
  const std::string start = store.StartChain(StartRun(store, "u-1").run);
  EXPECT_EQ(store.StartChain(StartRun(store, "u-2").run), start);
  const int64_t drafted = StartRun(store, "u-3").run;
  store.PutRunArtifact(drafted, "drafter", store.PutArtifact(SampleArtifact("drafter")));
  EXPECT_NE(store.StartChain(drafted), start);
  RunRecord run = SampleRun("u-4");
  run.chain_nonce = "";
  const int64_t build = store.PutBuild(SampleBuild());
  const int64_t noted = store.PutRun(run, store.PutEnvironment(SampleEnvironment()), build);
  store.PutRunArtifact(noted, "workload", store.PutArtifact(SampleArtifact("workload")));
  EXPECT_NE(store.StartChain(noted), start);  // an empty nonce is not no nonce
}

TEST_F(Chain, ARunWithoutChainHasNoDigests) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  store.PutRequest(SampleRequest(ids, 0));
  const RunData data = ReadRun(store, ids.run, {});
  EXPECT_EQ(data.run.chain_head, std::nullopt);
  EXPECT_EQ(data.requests[0].request.chain_digest, std::nullopt);
}

TEST_F(Chain, FindsEveryEdit) {
  RunIds ids;
  {
    Store store(Path(), {});
    ids = StartChainedRun(store, "u-1");
    for (const int64_t repeat : {0, 1, 2}) store.PutRequest(SampleRequest(ids, repeat));
    ASSERT_NE(HeadOf(store, ids.run), "");
  }
  const std::string edited = (folder_ / "edited.db").string();
  for (const char* edit :
       {"UPDATE round SET position = 5 WHERE request_id = 2 AND idx = 0",
        "UPDATE round SET draft_ids = NULL WHERE request_id = 2 AND idx = 0",
        "UPDATE round SET step_idx = NULL WHERE request_id = 2 AND idx = 0",
        "UPDATE burst SET t_ns = t_ns - 1 WHERE request_id = 2 AND idx = 1",
        "DELETE FROM burst WHERE request_id = 2 AND idx = 2",
        "UPDATE request SET output_ids = zeroblob(24) WHERE id = 2",
        "UPDATE request SET finished_ns = 14999 WHERE id = 2",
        "UPDATE request SET error = '' WHERE id = 2", "DELETE FROM request WHERE id = 2",
        "DELETE FROM request WHERE id = 3", "UPDATE request SET id = 9 WHERE id = 1",
        "UPDATE prompt SET domain = 'code'", "UPDATE artifact SET sha256 = 'another'",
        "UPDATE build SET git_dirty = 0", "UPDATE run SET config_sha256 = 'c1'",
        "UPDATE run SET chain_nonce = ''"}) {
    std::filesystem::remove(edited);
    std::filesystem::copy_file(Path(), edited);
    Change(edited, edit);
    EXPECT_EQ(HeadOf(Store(edited, kRead), ids.run), "") << edit;
  }
}

}  // namespace
}  // namespace dsb
