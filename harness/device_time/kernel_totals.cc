#include "harness/device_time/kernel_totals.h"

#include <cxxabi.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <memory>
#include <utility>

namespace dsb {
namespace {

struct Free {
  void operator()(char* text) const { std::free(text); }
};

// Index of the first `wanted` outside of <...> and (...) from `first` on; npos if there is none.
// Operators that hold brackets in their names are not kernels.
size_t FindOutside(const std::string& text, char wanted, size_t first) {
  int depth = 0;
  for (size_t i = first; i < text.size(); ++i) {
    if (depth == 0 && text[i] == wanted) return i;
    if (text[i] == '<' || text[i] == '(') ++depth;
    if (text[i] == '>' || text[i] == ')') --depth;
  }
  return std::string::npos;
}

}  // namespace

int64_t BatchBucket(int64_t num_tokens) {
  if (num_tokens <= 0) return 0;
  return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(num_tokens)));
}

std::string KernelName(const char* mangled) {
  if (mangled == nullptr) return "(unnamed)";
  int status = 0;
  const std::unique_ptr<char, Free> demangled(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status));
  if (status != 0 || demangled == nullptr) return mangled;
  std::string name = demangled.get();
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (size_t at = name.find(kAnonymous); at != std::string::npos; at = name.find(kAnonymous)) {
    name.erase(at, kAnonymous.size());
  }
  const size_t parameters = FindOutside(name, '(', 0);
  if (parameters != std::string::npos) name.resize(parameters);
  const size_t result = FindOutside(name, ' ', 0);
  return result == std::string::npos ? name : name.substr(result + 1);
}

void KernelTotals::Add(int64_t run_id, Phase phase, int64_t batch_bucket,
                       const DeviceActivity& activity) {
  const auto device = static_cast<int64_t>(activity.device);
  const std::string phase_name = PhaseName(phase);
  const int64_t ns = std::max<int64_t>(0, activity.end_ns - activity.start_ns);
  auto [place, is_new] =
      rows_.try_emplace(Key(run_id, phase_name, activity.name, device, batch_bucket));
  KernelTimeRecord& row = place->second;
  if (is_new) {
    row.run_id = run_id;
    row.phase = phase_name;
    row.kernel = activity.name;
    row.device = device;
    row.batch_bucket = batch_bucket;
    row.min_ns = ns;
    if (!activity.is_kernel) row.bytes = 0;
  }
  ++row.calls;
  row.total_ns += ns;
  row.min_ns = std::min(row.min_ns, ns);
  row.max_ns = std::max(row.max_ns, ns);
  if (row.bytes) *row.bytes += activity.bytes;
}

void KernelTotals::AddDropped(int64_t run_id, int64_t num_records) {
  if (num_records <= 0) return;
  const std::string phase = PhaseName(Phase::kOther);
  KernelTimeRecord& row = rows_[Key(run_id, phase, kDroppedRecords, 0, 0)];
  row.run_id = run_id;
  row.phase = phase;
  row.kernel = kDroppedRecords;
  row.calls += num_records;
}

std::vector<KernelTimeRecord> KernelTotals::Take() {
  std::vector<KernelTimeRecord> rows;
  rows.reserve(rows_.size());
  for (auto& [key, row] : rows_) rows.push_back(std::move(row));
  rows_.clear();
  return rows;
}

}  // namespace dsb
