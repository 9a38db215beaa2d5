// The described columns are the tables' columns, whatever their order.
#include <gmock/gmock.h>

#include <set>

#include "results/store/tables.h"
#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using Columns = StoreFixture;

std::vector<std::string> Texts(Database& database, const std::string& sql) {
  Statement statement(database, sql);
  std::vector<std::string> texts;
  Rows rows = statement.Query();
  while (rows.Next()) texts.push_back(rows.Text(0));
  return texts;
}

// But `id`, which SQLite gives.
std::vector<std::string> NamesIn(Database& database, const std::string& table) {
  return Texts(database, "SELECT name FROM pragma_table_info('" + table +
                             "') WHERE name <> 'id' ORDER BY name");
}

std::vector<std::string> NamesOf(const TableNames& table, int version) {
  std::vector<std::string> names;
  for (const ColumnName& column : table.columns) {
    if (column.since <= version) names.push_back(column.name);
  }
  std::ranges::sort(names);
  return names;
}

TEST_F(Columns, AreThoseOfTheirTables) {
  { Store store(Path(), {}); }
  const std::string old_path = (folder_ / "old.db").string();
  Change(old_path, Contents(kSchemaOneFile));
  Database now(Path(), "now", SQLITE_OPEN_READWRITE);
  Database old(old_path, "old", SQLITE_OPEN_READWRITE);
  std::set<std::string> tables = {"run_artifact", "run_flag", "segment",  // not described
                                  "environment_sample", "audit"};
  for (const TableNames& table : DescribedTables()) {
    EXPECT_TRUE(tables.insert(table.name).second) << table.name;
    EXPECT_EQ(NamesOf(table, kSchemaVersion), NamesIn(now, table.name)) << table.name;
    EXPECT_EQ(NamesOf(table, 1), NamesIn(old, table.name)) << table.name;
  }
  EXPECT_THAT(Texts(now,
                    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND "
                    "type = 'table' AND name NOT LIKE 'sqlite_%'"),
              testing::UnorderedElementsAreArray(tables));
}

TEST_F(Columns, MayStandInAnyOrderInTheFile) {
  Store store(Path(), {});
  const RunIds ids = StartRun(store, "u-1");
  {
    Database database(Path(), "file", SQLITE_OPEN_READWRITE);
    for (const std::string table : {"burst", "round", "step", "phase_time", "server_sample"}) {
      std::string names;
      for (const std::string& name : NamesIn(database, table)) names = ", " + name + names;
      names.erase(0, 2);
      database.Execute("CREATE TABLE t AS SELECT " + names + " FROM " + table + "; DROP TABLE " +
                       table + "; CREATE TABLE " + table + " AS SELECT * FROM t; DROP TABLE t");
    }
  }
  const RequestRecord request = SampleRequest(ids, 0);
  const StepRecord step = SampleStep(ids.run, 3);
  store.PutRequest(request);
  store.PutSteps({step});
  store.PutServerSamples({{.run_id = ids.run, .t_ns = 1, .name = "drafts", .value = 2}});
  const RunData data = ReadRun(store, ids.run, {.token_ids = true});
  ASSERT_EQ(data.requests.size(), 1U);
  EXPECT_EQ(data.requests[0].request.bursts[1].t_ns, 9000);
  EXPECT_EQ(data.requests[0].request.bursts[1].num_tokens, 3);
  const RoundRecord& round = data.requests[0].request.rounds[0];
  EXPECT_EQ(round.position, 4);
  EXPECT_EQ(round.committed, 3);
  EXPECT_EQ(round.draft_ids, request.rounds[0].draft_ids);
  ASSERT_EQ(data.steps.size(), 1U);
  EXPECT_EQ(data.steps[0].padded_tokens, 5);
  EXPECT_EQ(data.steps[0].budget_tokens, 8);
  EXPECT_EQ(data.steps[0].phases[0].thread_cpu_ns, 4);
  ASSERT_EQ(data.server_samples.size(), 1U);
  EXPECT_EQ(data.server_samples[0].name, "drafts");
}

}  // namespace
}  // namespace dsb
