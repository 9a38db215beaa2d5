#include <algorithm>

#include "base/error.h"
#include "base/whole_file.h"
#include "results/store/run_owner.h"
#include "results/store/store_file.h"
#include "results/store/store_impl.h"
#include "results/store/tables.h"

namespace dsb {
namespace {

struct SchemaObject {
  std::string type, name, sql;
};

std::vector<SchemaObject> ObjectsOf(Database& database) {
  Statement statement(database,
                      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND "
                      "name NOT LIKE 'sqlite_%' ORDER BY rowid");
  std::vector<SchemaObject> objects;
  Rows rows = statement.Query();
  while (rows.Next()) objects.push_back({rows.Text(0), rows.Text(1), rows.Text(2)});
  return objects;
}

std::vector<std::string> ColumnsOf(Database& database, const std::string& table) {
  Statement statement(database, "SELECT name FROM pragma_table_info(?)");
  std::vector<std::string> names;
  Rows rows = statement.Query(table);
  while (rows.Next()) names.push_back(rows.Text(0));
  return names;
}

// A renamed table's text has its name in quotes.
std::string WithoutQuotes(std::string sql) {
  std::erase(sql, '"');
  return sql;
}

// What a column of the new table holds for a row of the old one, as SQL.
std::string OldValue(const std::string& table, const std::string& column, int old_version) {
  for (const TableNames& names : DescribedTables()) {
    if (names.name != table) continue;
    const auto described = std::ranges::find(names.columns, column, &ColumnName::name);
    if (described != names.columns.end() && described->since > old_version) {
      return described->before;
    }
  }
  return table + "." + column;
}

// The order of steps is that of sqlite.org/lang_altertable.html, section 7.
void Rebuild(Database& database, const SchemaObject& table, const std::vector<std::string>& columns,
             int old_version) {
  const std::string begin = "CREATE TABLE " + table.name;
  DSB_CHECK(table.sql.starts_with(begin));
  database.Execute("CREATE TABLE new_" + table.name + table.sql.substr(begin.size()));
  std::string names, values;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + column;
    values += (values.empty() ? "" : ", ") + OldValue(table.name, column, old_version);
  }
  database.Execute("INSERT INTO new_" + table.name + " (" + names + ") SELECT " + values +
                   " FROM " + table.name);
  database.Execute("DROP TABLE " + table.name + "; ALTER TABLE new_" + table.name + " RENAME TO " +
                   table.name);
}

void ExecuteMissing(Database& database, const std::vector<SchemaObject>& wanted) {
  const std::vector<SchemaObject> there = ObjectsOf(database);
  for (const SchemaObject& object : wanted) {
    const auto same = std::ranges::find(there, object.name, &SchemaObject::name);
    if (same == there.end()) database.Execute(object.sql);
  }
}

void BringToThisSchema(Database& database, int old_version) {
  Database fresh("file::memory:", "the schema",
                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI);
  CreateSchema(fresh);
  const std::vector<SchemaObject> before = ObjectsOf(database);
  for (const SchemaObject& object : before) {
    if (object.type == "view") database.Execute("DROP VIEW \"" + object.name + "\"");
  }
  for (const SchemaObject& object : ObjectsOf(fresh)) {
    if (object.type != "table") continue;
    const auto same = std::ranges::find(before, object.name, &SchemaObject::name);
    if (same == before.end()) {
      database.Execute(object.sql);
    } else if (WithoutQuotes(same->sql) != WithoutQuotes(object.sql)) {
      Rebuild(database, object, ColumnsOf(fresh, object.name), old_version);
    }
  }
  // Less the views, and what belonged to rebuilt tables: our own, then what somebody added.
  ExecuteMissing(database, ObjectsOf(fresh));
  ExecuteMissing(database, before);
}

void CheckForeignKeys(Database& database) {
  Statement statement(database, "PRAGMA foreign_key_check");
  Rows rows = statement.Query();
  if (!rows.Next()) return;
  ThrowBadInput(database.name() + ": row " + std::to_string(rows.Int(1)) + " of table " +
                rows.Text(0) + " belongs to a row of " + rows.Text(2) + " that does not exist");
}

void CheckNobodyWrites(Store::Impl& impl) {
  for (const RunRecord& run : ReadRuns(impl)) {
    if (run.state != "running" || !OwnerIsAlive(run)) continue;
    ThrowBadInput(impl.path + ": run " + std::to_string(run.id) + " is still being written by " +
                  "process " + std::to_string(run.owner_pid.value_or(0)) +
                  ", expected a file that can be migrated to schema version " +
                  std::to_string(kSchemaVersion));
  }
}

// Version 1 let in what RoundAddsUp (request_invariants.h) refuses; no program of ours wrote it.
void CheckRounds(Database& database) {
  Statement statement(database,
                      "SELECT request_id, idx, accepted, committed, cut FROM round WHERE NOT "
                      "(committed = accepted + 1 OR "
                      "(cut > 0 AND committed BETWEEN 1 AND accepted)) LIMIT 1");
  Rows rows = statement.Query();
  if (!rows.Next()) return;
  const auto number = [&rows](int column) { return std::to_string(rows.Int(column)); };
  ThrowBadInput(database.name() + ": cannot be migrated: request " + number(0) + ", round " +
                number(1) + ": found a " + number(2) + ", c " + number(3) + ", cut " + number(4) +
                ", expected committed = accepted + 1, or 1 to that if cut");
}

// Empty: the file has been migrated meanwhile. Never replaces an earlier backup.
std::string BackUp(Store::Impl& impl) {
  const std::string backup = impl.path + ".v" + std::to_string(impl.schema_version) + "-backup";
  const TemporaryFile copy(backup, "creating");
  // VACUUM prefers the json_valid that SQLite 3.38 to 3.40 call unsafe (sqlite.cc) to ours.
  impl.database.Execute("PRAGMA trusted_schema=ON");
  Statement(impl.database, "VACUUM INTO ?").Run(copy.path());
  impl.database.Execute("PRAGMA trusted_schema=OFF");
  const int64_t version =
      Database(copy.path(), backup, SQLITE_OPEN_READONLY).Int("PRAGMA user_version");
  if (version != impl.schema_version) return "";
  SyncFile(copy.path());
  for (int number = 1;; ++number) {
    std::string name = number == 1 ? backup : backup + "-" + std::to_string(number);
    if (!copy.MoveTo(name)) continue;
    SyncFolderOf(name);
    return name;
  }
}

}  // namespace

void MigrateResultsFile(Store::Impl& impl) {
  Database& database = impl.database;
  CheckNobodyWrites(impl);
  CheckRounds(database);
  const std::string backup = BackUp(impl);
  database.Execute("PRAGMA foreign_keys=OFF");  // has no effect inside the transaction
  {
    Transaction transaction(database, Transaction::Kind::kWrite);
    // Another process may have migrated the file meanwhile.
    if (database.Int("PRAGMA user_version") == impl.schema_version) {
      CheckNobodyWrites(impl);
      BringToThisSchema(database, impl.schema_version);
      CheckForeignKeys(database);
      database.Execute("PRAGMA user_version=" + std::to_string(kSchemaVersion));
      transaction.Commit();
      impl.warning += (impl.warning.empty() ? "" : "; ") + impl.path + ": schema version " +
                      std::to_string(impl.schema_version) + " was migrated to " +
                      std::to_string(kSchemaVersion) + "; the file as it was is " + backup;
    }
  }
  database.Execute("PRAGMA foreign_keys=ON");
  impl.schema_version = kSchemaVersion;
}

}  // namespace dsb
