// A whole `run --engine simulated`: into a results file and out again, the same rows every time, in
// virtual time and without a claim about tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/whole_file.h"
#include "engines/scheduling/cost_table.h"
#include "harness/backends/simulated_backend.h"
#include "results/invariants.h"
#include "tests/harness/run/session_fixture.h"

namespace dsb {
namespace {

class SimulatedSession : public SessionTest {
 protected:
  SimulatedSession() {
    inputs_.options.engine = "simulated";
    inputs_.options.drafters = {"none", "dspark:5:fixed", "dspark:5:lagged"};
    inputs_.options.arms = ParseArms(inputs_.options);
    inputs_.options.max_tokens = 40;
    inputs_.options.concurrency = 3;
    inputs_.options.cost_tables = {"published/v4-flash-b300-tp4.cost.json"};
    inputs_.options.acceptance = {"model:3.4"};
  }
  // The rows of all arms, in the order of the arms.
  std::vector<RunData> RunInto(const std::string& name) {
    path_ = (folder_ / name).string();
    const std::unique_ptr<Backend> backend = MakeSimulatedBackend(inputs_.options, inputs_.options);
    const std::unique_ptr<Clock> clock = backend->MakeClock();
    RunSession session(inputs_, *backend, *clock);
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> sink(std::fopen("/dev/null", "w"),
                                                         &std::fclose);
    Progress progress(*clock, sink.get(), false);
    Store store(path_, {});
    std::atomic<bool> stop{false};
    const RunSummary summary =
        session.Run(PlanLoad(inputs_, session.num_arms()), store, progress, stop);
    std::vector<RunData> runs;
    for (const int64_t id : summary.run_ids) runs.push_back(Read(id));
    return runs;
  }
};

TEST_F(SimulatedSession, SaysWhatItIs) {
  const std::vector<RunData> runs = RunInto("once.db");
  ASSERT_EQ(runs.size(), 3U);
  for (const RunData& run : runs) {
    EXPECT_EQ(run.run.engine, "simulated");
    EXPECT_EQ(run.run.clock, "virtual");
    EXPECT_EQ(run.run.state, "complete");
    EXPECT_EQ(run.run.verification_rule, "unknown");
    EXPECT_EQ(run.run.device_time_source, "model");
    EXPECT_THAT(CheckInvariants(run), ::testing::IsEmpty());
    EXPECT_EQ(NumMeasured(run), 6);
    for (const RequestRow& row : run.requests) EXPECT_TRUE(row.request.output_ids.empty());
    EXPECT_TRUE(run.artifacts.contains("cost_table"));
  }
  EXPECT_EQ(runs[0].run.provenance, "modelled");
  EXPECT_EQ(runs[1].run.provenance, "synthetic");
  // Fixed and lagged arms draw the same rounds: what is accepted of a round is no more than what is
  // verified of it.
  const std::vector<RoundRecord>& fixed = runs[1].requests.back().request.rounds;
  const std::vector<RoundRecord>& lagged = runs[2].requests.back().request.rounds;
  EXPECT_EQ(fixed.front().confidence, lagged.front().confidence);
}

TEST_F(SimulatedSession, IsTheSameEveryTime) {
  const std::vector<RunData> once = RunInto("once.db"), again = RunInto("again.db");
  for (size_t arm = 0; arm < once.size(); ++arm) {
    ASSERT_EQ(once[arm].requests.size(), again[arm].requests.size());
    ASSERT_EQ(once[arm].steps.size(), again[arm].steps.size());
    for (size_t i = 0; i < once[arm].requests.size(); ++i) {
      const RequestRecord &a = once[arm].requests[i].request, &b = again[arm].requests[i].request;
      EXPECT_EQ(a.issued_ns, b.issued_ns);
      EXPECT_EQ(a.first_ns, b.first_ns);
      EXPECT_EQ(a.finished_ns, b.finished_ns);
      ASSERT_EQ(a.rounds.size(), b.rounds.size());
      for (size_t k = 0; k < a.rounds.size(); ++k) {
        EXPECT_EQ(a.rounds[k].accepted, b.rounds[k].accepted);
        EXPECT_EQ(a.rounds[k].verified, b.rounds[k].verified);
        EXPECT_EQ(a.rounds[k].confidence, b.rounds[k].confidence);
      }
    }
    for (size_t i = 0; i < once[arm].steps.size(); ++i) {
      EXPECT_EQ(once[arm].steps[i].wall_ns, again[arm].steps[i].wall_ns);
    }
  }
}

}  // namespace
}  // namespace dsb
