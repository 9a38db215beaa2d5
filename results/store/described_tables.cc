#include <algorithm>

#include "results/store/tables.h"

namespace dsb {
namespace {

template <typename Record>
TableNames NamesOf(const StoredTable<Record>& table) {
  TableNames names{.name = table.name, .columns = {}};
  for (const Column<Record>& column : table.columns) {
    names.columns.push_back({column.name, column.since, column.before});
  }
  for (const char* given : table.given) {
    const auto same = [&](const ColumnName& column) { return column.name == given; };
    if (given == nullptr || std::ranges::any_of(names.columns, same)) continue;
    names.columns.push_back({.name = given, .since = table.since, .before = nullptr});
  }
  return names;
}

}  // namespace

std::vector<TableNames> DescribedTables() {
  return {NamesOf(kEnvironmentTable),  NamesOf(kBuildTable),
          NamesOf(kArtifactTable),     NamesOf(kRunTable),
          NamesOf(kPromptTable),       NamesOf(kRequestTable),
          NamesOf(kBurstTable),        NamesOf(kRoundTable),
          NamesOf(kStepTable),         NamesOf(kPhaseTimeTable),
          NamesOf(kKernelTimeTable),   NamesOf(kSkippedItemTable),
          NamesOf(kServerSampleTable), NamesOf(kMetricTable),
          NamesOf(kComparisonTable),   NamesOf(kComparisonMetricTable),
          NamesOf(kNoiseFloorTable)};
}

}  // namespace dsb
