#include "results/store/chain.h"

#include <charconv>
#include <type_traits>

#include "base/sha256.h"
#include "results/store/fingerprint.h"
#include "results/store/tables.h"

namespace dsb {
namespace {

constexpr int kChainedVersion = 2;  // later columns are not in the chain

template <typename T>
requires std::is_arithmetic_v<T>
void Append(std::string& text, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    text += value ? '1' : '0';
  } else {
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
}

void AppendBytes(std::string& text, const void* bytes, size_t size) {
  Append(text, size);
  text += ':';
  text.append(static_cast<const char*>(bytes), size);
}

void Append(std::string& text, const std::string& value) {
  AppendBytes(text, value.data(), value.size());
}

template <typename T>
void Append(std::string& text, const std::vector<T>& value) {
  if (value.empty()) {
    text += '-';
  } else {
    AppendBytes(text, value.data(), value.size() * sizeof(T));
  }
}

template <typename T>
void Append(std::string& text, const std::optional<T>& value) {
  if (value) {
    Append(text, *value);
  } else {
    text += '-';
  }
}

template <typename Record>
void AppendRow(std::string& text, const StoredTable<Record>& table, const Record& record) {
  for (const Column<Record>& column : table.columns) {
    if (column.since > kChainedVersion || column.use == ColumnUse::kRowId ||
        column.use == ColumnUse::kComputed) {
      continue;
    }
    std::visit([&](auto member) { Append(text, record.*member); }, column.member);
    text += ',';
  }
  text += '\n';
}

template <typename Record>
void AppendRows(std::string& text, const StoredTable<Record>& table,
                const std::vector<Record>& records) {
  text += table.name;
  text += ' ';
  Append(text, records.size());
  text += '\n';
  for (const Record& record : records) AppendRow(text, table, record);
}

}  // namespace

std::string ChainStart(const RunRecord& run, const std::map<std::string, ArtifactRecord>& artifacts,
                       const BuildRecord& build) {
  std::string text = "dsbench chain 2\n";
  const auto add_line = [&text](const auto&... values) {
    ((Append(text, values), text += ','), ...);
    text += '\n';
  };
  add_line(run.config_sha256, run.chain_nonce, Fingerprint(build));
  for (const auto& [role, artifact] : artifacts) add_line(role, artifact.sha256);
  return Sha256Hex(text);
}

std::string ChainNext(const std::string& previous, const PromptRecord& prompt,
                      const RequestRecord& request) {
  std::string text = previous + '\n';
  text.reserve(1024 + 4 * (request.prompt_ids.size() + request.output_ids.size()) +
               32 * request.bursts.size() + 160 * request.rounds.size());
  AppendRow(text, kPromptTable, prompt);
  AppendRow(text, kRequestTable, request);
  AppendRows(text, kBurstTable, request.bursts);
  AppendRows(text, kRoundTable, request.rounds);
  return Sha256Hex(text);
}

}  // namespace dsb
