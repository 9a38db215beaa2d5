// Files of schema version 1: read as they are, or brought to this schema with every value kept.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "reports/report/report.h"
#include "results/store/run_owner.h"
#include "results/store/tables.h"
#include "tests/results/store/schema_one_fixture.h"

namespace dsb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Migrate = SchemaOneFixture;

std::vector<std::string> Texts(const std::string& path, const std::string& sql) {
  Database database(path, path, SQLITE_OPEN_READWRITE);
  Statement statement(database, sql);
  std::vector<std::string> texts;
  Rows rows = statement.Query();
  while (rows.Next()) texts.push_back(rows.Text(0));
  return texts;
}

std::map<std::string, std::string> SchemaOf(const std::string& path) {
  std::map<std::string, std::string> schema;
  for (const std::string& name :
       Texts(path, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'")) {
    // Renaming a table puts its name in quotes.
    schema[name] = Texts(path,
                         "SELECT type || tbl_name || coalesce(replace(sql, '\"', ''), '') "
                         "FROM sqlite_master WHERE name = '" +
                             name + "'")[0];
  }
  return schema;
}

// Every row of every table of version 1, as SQL literals of the columns of version 1.
std::map<std::string, std::vector<std::string>> OldValues(const std::string& path,
                                                          const std::string& old_path) {
  std::map<std::string, std::vector<std::string>> values;
  for (const std::string& table : Texts(old_path,
                                        "SELECT name FROM sqlite_master WHERE type = 'table' AND "
                                        "name NOT LIKE 'sqlite_%'")) {
    std::string row;
    for (const std::string& column :
         Texts(old_path, "SELECT name FROM pragma_table_info('" + table + "')")) {
      row += (row.empty() ? "" : " || ', ' || ") + ("quote(" + column + ")");
    }
    values[table] = Texts(path, "SELECT " + row + " FROM " + table + " ORDER BY 1");
  }
  return values;
}

std::string ReportOf(const std::string& path) {
  std::string text;
  for (const ReportFormat format : {ReportFormat::kText, ReportFormat::kJson}) {
    ReportOptions options;
    options.format = format;
    text += RenderReport(Store(path, kRead), options);
  }
  return text;
}

TEST_F(Migrate, GivesTheSchemaOfANewFile) {
  const std::string new_path = (folder_ / "new.db").string();
  { Store store(new_path, {}); }
  { Store store(Path(), {}); }
  EXPECT_EQ(SchemaOf(Path()), SchemaOf(new_path));
  EXPECT_THAT(Texts(Path(), "PRAGMA user_version"), ElementsAre(std::to_string(kSchemaVersion)));
  EXPECT_THAT(Texts(Path(), "PRAGMA integrity_check"), ElementsAre("ok"));
  EXPECT_THAT(Texts(Path(), "PRAGMA foreign_key_check"), ElementsAre());
  EXPECT_THAT(FilesInFolder(), ElementsAre("new.db", "results.db", "results.db.v1-backup"));
}

TEST_F(Migrate, KeepsEveryValueAndSaysWhatVersionOneMeant) {
  std::string warning;
  {
    Store store(Path(), {});
    warning = store.warning();
  }
  EXPECT_THAT(warning,
              AllOf(HasSubstr("version 1"), HasSubstr("to " + std::to_string(kSchemaVersion)),
                    HasSubstr(Backup())));
  EXPECT_THAT(Texts(Backup(), "PRAGMA user_version"), ElementsAre("1"));
  const auto values = OldValues(Backup(), Backup());
  ASSERT_EQ(values.size(), 20U);
  for (const auto& [table, rows] : values) EXPECT_FALSE(rows.empty()) << table;
  EXPECT_EQ(OldValues(Path(), Backup()), values);
  EXPECT_THAT(Texts(Path(), "SELECT provenance FROM run ORDER BY id"),
              ElementsAre("measured", "synthetic"));
  EXPECT_THAT(Texts(Path(), "SELECT context_depth_tokens FROM prompt"), ElementsAre("0", "0"));
  Store again(Path(), {});
  EXPECT_EQ(again.warning(), "");
  again.ResumeRun(7);
}

// Version 1 did not say whether an engine reports its rounds: all but two kinds did.
TEST_F(Migrate, SaysWhichEnginesReportedRounds) {
  Change(Path(), "UPDATE run SET engine = 'remote' WHERE id = 7");
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(ReadRun(Store(Path(), kRead), 1, {}).run.reports_rounds);
    EXPECT_FALSE(ReadRun(Store(Path(), kRead), 7, {}).run.reports_rounds);
    Store store(Path(), {});  // migrates
  }
}

// A round that contradicts itself, which version 1 let in: nothing is changed, and the row is
// named.
TEST_F(Migrate, RefusesARoundThatContradictsItself) {
  Change(Path(), "INSERT INTO round VALUES (12, 1, NULL, 4, 1, 1, 1, 0, 1, NULL, NULL)");
  const std::string before = Contents(Path());
  const Failure failure = FailureOf([&] { Store store(Path(), {}); });
  EXPECT_EQ(failure.code, ExitCode::kBadInput);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("request 12, round 1"), HasSubstr("committed")));
  EXPECT_EQ(Texts(Path(), "PRAGMA user_version").at(0), "1");
  EXPECT_EQ(ReadRun(Store(Path(), kRead), 7, {}).requests.size(), 2U);
}

TEST_F(Migrate, ReadingChangesNothingAndReadsTheSame) {
  const std::string report = ReportOf(Path());
  EXPECT_THAT(report, HasSubstr("second-run"));
  RunData old = ReadRun(Store(Path(), kRead), 7, {.token_ids = true});
  EXPECT_EQ(old.run.provenance, "synthetic");
  EXPECT_EQ(old.run.engine, "simulated");
  EXPECT_EQ(old.run.arrival, std::nullopt);
  EXPECT_EQ(old.requests.at(0).prompt.context_depth_tokens, 0);
  EXPECT_EQ(old.requests.at(0).request.error, "lost");
  EXPECT_TRUE(old.skipped.empty() && old.server_samples.empty());
  old = ReadRun(Store(Path(), kRead), 1, {.token_ids = true});
  EXPECT_EQ(old.run.provenance, "measured");
  EXPECT_THAT(old.requests.at(0).request.output_ids, ElementsAre(5, 6, 7));
  EXPECT_EQ(old.requests.at(0).request.rounds.size(), 1U);
  EXPECT_EQ(old.steps.at(0).budget_tokens, std::nullopt);
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
  EXPECT_EQ(Contents(Path()), before_);
  { Store store(Path(), {}); }
  EXPECT_EQ(ReportOf(Path()), report);
  EXPECT_EQ(ReportOf(Backup()), report);
}

TEST_F(Migrate, RefusesWhileAProcessOfVersionOneWrites) {
  Change(Path(), "UPDATE run SET state = 'running', owner_pid = " + std::to_string(getppid()) +
                     ", boot_id = '" + BootId() + "' WHERE id = 7");
  const Failure failure = Opening(Path(), {});
  EXPECT_EQ(failure.code, ExitCode::kBadInput);
  EXPECT_THAT(failure.message, HasSubstr("run 7 is still being written by process"));
  EXPECT_THAT(Texts(Path(), "PRAGMA user_version"), ElementsAre("1"));
  EXPECT_THAT(FilesInFolder(), ElementsAre("results.db"));
}

TEST_F(Migrate, BrokenReferencesAreBadInputAndStay) {
  Change(Path(), "DELETE FROM prompt WHERE id = 9");
  const Failure failure = Opening(Path(), {});
  EXPECT_EQ(failure.code, ExitCode::kBadInput);
  EXPECT_THAT(failure.message, HasSubstr("row 11 of table request belongs to a row of prompt"));
  EXPECT_THAT(Texts(Path(), "PRAGMA user_version"), ElementsAre("1"));
  EXPECT_EQ(ReadRuns(Store(Path(), kRead)).size(), 2U);
}

TEST_F(Migrate, KeepsAnEarlierBackup) {
  const std::string backup = Path() + ".v1-backup";
  std::ofstream(backup) << "mine";
  const Store store(Path(), {});
  EXPECT_EQ(Contents(backup), "mine");
  EXPECT_THAT(store.warning(), HasSubstr(backup + "-2"));
  EXPECT_THAT(Texts(backup + "-2", "PRAGMA user_version"), ElementsAre("1"));
}

TEST_F(Migrate, KeepsWhatSomebodyAdded) {
  Change(Path(),
         "CREATE VIEW \"my view\" AS SELECT label FROM run; CREATE INDEX my_index ON run (label)");
  { const Store store(Path(), {}); }
  EXPECT_THAT(Texts(Path(), "SELECT name FROM sqlite_master WHERE name LIKE 'my%' ORDER BY name"),
              ElementsAre("my view", "my_index"));
}

TEST_F(Migrate, OnceByManyProcesses) {
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(fork());
    if (children.back() == 0) _exit(Opening(Path(), {}).code == ExitCode::kDone ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(OldValues(Path(), Backup()), OldValues(Backup(), Backup()));
  EXPECT_THAT(Texts(Backup(), "PRAGMA user_version"), ElementsAre("1"));
}

}  // namespace
}  // namespace dsb
