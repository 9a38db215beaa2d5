// Small files that ask their reader for any amount of memory or time.
#include <gmock/gmock.h>

#include "tests/results/store/store_fixture.h"

namespace dsb {
namespace {

using ::testing::HasSubstr;

class HostileFile : public StoreFixture {
 protected:
  void SetUp() override {
    Store store(Path(), {});
    const RunIds ids = StartRun(store, "u-1");
    store.PutRequest(SampleRequest(ids, 0));
  }
  // `name` becomes a table without keys and rules, its rows as they are; then `sql`.
  void Replace(const std::string& name, const std::string& sql) const {
    Change(Path(),
           "PRAGMA foreign_keys=OFF; DROP VIEW IF EXISTS v_run; DROP VIEW IF EXISTS v_request; "
           "DROP VIEW IF EXISTS v_round_prompt; CREATE TABLE other AS SELECT * FROM " +
               name + "; DROP TABLE " + name + "; ALTER TABLE other RENAME TO " + name + ";" + sql);
  }
  Failure Reading() const {
    return FailureOf([&] {
      const Store store(Path(), kRead);
      for (const RunRecord& run : ReadRuns(store)) ReadRun(store, run.id, {.token_ids = true});
    });
  }
};

// It would be worked out for each row anew, however long that takes and however long it is.
TEST_F(HostileFile, AComputedValue) {
  Replace("run",
          "ALTER TABLE run RENAME COLUMN label TO old; ALTER TABLE run ADD COLUMN label TEXT "
          "GENERATED ALWAYS AS (hex(zeroblob(200000000)));");
  const Failure failure = Reading();
  EXPECT_EQ(failure.code, ExitCode::kBadInput);
  EXPECT_THAT(failure.message, HasSubstr("column label of table run is computed"));
}

// Requests of one number, each of which has every burst.
TEST_F(HostileFile, RowsWithoutEnd) {
  Replace(
      "request",
      "INSERT INTO request SELECT request.* FROM request, (WITH RECURSIVE n(i) AS (SELECT 1 UNION "
      "ALL SELECT i + 1 FROM n LIMIT 3000) SELECT i FROM n);");
  Change(Path(),
         "INSERT INTO burst WITH RECURSIVE n(i) AS (SELECT 5 UNION ALL SELECT i + 1 FROM n LIMIT "
         "3000) SELECT 1, i, 1, 1 FROM n;");
  const Failure failure = Reading();
  EXPECT_EQ(failure.code, ExitCode::kBadInput);
  EXPECT_THAT(failure.message, HasSubstr("is damaged"));
}

// As a damaged tree can make a query of ours.
TEST_F(HostileFile, WorkAndValuesWithoutEnd) {
  Database database(Path(), Path(), SQLITE_OPEN_READWRITE);
  const std::string count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ";
  database.LimitTo(1000);
  EXPECT_EQ(database.Int(count + "100000) SELECT max(i) FROM n"), 100'000);
  for (const std::string& query :
       {count + "100000000) SELECT max(i) FROM n", std::string("SELECT hex(zeroblob(1000000))")}) {
    const Failure failure = FailureOf([&] { database.Text(query); });
    EXPECT_EQ(failure.code, ExitCode::kBadInput);
    EXPECT_THAT(failure.message, HasSubstr("is damaged"));
  }
}

}  // namespace
}  // namespace dsb
