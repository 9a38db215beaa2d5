// Runs under several loads as points: each arm under its own name, paired with its own plain run.
#include "reports/report/load_page.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/results/metrics/metrics_test_data.h"

namespace dsb {
namespace {

ReportArm Arm(int64_t id, const std::string& drafter, const std::string& label, int64_t users,
              double tokens_per_s) {
  testing::SyntheticArm spec;
  spec.drafter = drafter;
  spec.prompts_per_domain = 1;
  RunData data = testing::SyntheticRun(spec);
  data.run.id = id;
  data.run.label = label;
  data.run.users = users;
  data.run.arrival = "closed";
  ReportArm arm{.data = CheckRun(std::move(data))};
  arm.name = drafter;
  for (const char* metric : {"user_decode_tokens_per_s", "output_tokens_per_s"}) {
    MetricRecord& record = arm.metrics.emplace_back();
    record.metric = metric;
    record.scope = "all";
    record.estimate.value = tokens_per_s;
  }
  return arm;
}

const ParetoPoint& Find(const std::vector<ParetoPoint>& points, const std::string& arm) {
  for (const ParetoPoint& point : points) {
    if (point.load == "users 2" && point.arm == arm) return point;
  }
  throw std::runtime_error("no " + arm);
}

TEST(LoadPoints, APassWithoutAPlainRunMovesNoOther) {
  std::vector<ReportSet> sets(3);
  sets[0].arms = {Arm(1, "none", "a, pass 1 of 3", 2, 10),
                  Arm(2, "dspark", "a, pass 1 of 3", 2, 20)};
  sets[1].arms = {Arm(3, "dspark", "a, pass 2 of 3", 2, 500)};  // its plain run has no request
  sets[2].arms = {Arm(5, "none", "a, pass 3 of 3", 2, 100),
                  Arm(6, "dspark", "a, pass 3 of 3", 2, 200)};
  for (const size_t compared : {size_t{0}, size_t{2}}) {
    sets[compared].comparisons = {{.candidate = 1, .baseline = 0, .scopes = {}}};
  }
  const std::vector<ParetoPoint> points = PointsOf({{&sets[0], &sets[1], &sets[2]}}, {});
  const ParetoPoint& dspark = Find(points, "dspark");
  EXPECT_EQ(dspark.runs, (std::vector<int64_t>{2, 3, 6}));
  EXPECT_EQ(dspark.user_speedup.n, 2);
  EXPECT_NEAR(dspark.user_speedup.value.value(), 2, 1e-9);
  EXPECT_NEAR(dspark.user_speedup.hi.value(), 2, 1e-9);
}

TEST(LoadPoints, ArmsOfCommandsOfTheirOwnArePairedInOrder) {
  std::vector<ReportSet> sets(4);
  sets[0].arms = {Arm(1, "none", "plain 1", 2, 10)};
  sets[1].arms = {Arm(2, "none", "plain 2", 2, 100)};
  sets[2].arms = {Arm(3, "server", "server 1", 2, 30)};
  sets[3].arms = {Arm(4, "server", "server 2", 2, 300)};
  const std::vector<ParetoPoint> points = PointsOf({{&sets[0], &sets[1], &sets[2], &sets[3]}}, {});
  const ParetoPoint& server = Find(points, "server");
  EXPECT_EQ(server.user_speedup.n, 2);
  EXPECT_NEAR(server.user_speedup.lo.value(), 3, 1e-9);
}

TEST(LoadPoints, AStatementALoadWithAnArmAClause) {
  std::vector<ReportSet> sets(1);
  sets[0].arms = {Arm(1, "none", "a", 2, 10), Arm(2, "dspark", "a", 2, 20)};
  sets[0].comparisons = {{.candidate = 1, .baseline = 0, .scopes = {}}};
  const std::vector<LabelledLine> said = LoadStatements(PointsOf({{&sets[0]}}, {}));
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].kind, "users 2");
  EXPECT_EQ(said[0].text(), "dspark: a user's speed 2.00\u00d7, all users' throughput 2.00\u00d7.");
  EXPECT_EQ(said[0].clauses[0].arms, NamedArms{"dspark"});
}

}  // namespace
}  // namespace dsb
