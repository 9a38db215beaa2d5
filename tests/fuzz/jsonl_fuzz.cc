// Any bytes are either a workload that keeps its promises or bad input; nothing else may happen.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "base/error.h"
#include "base/utf8.h"
#include "workloads/workload.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const dsb::Workload workload = dsb::ParseJsonl(text, "fuzz.jsonl");
    DSB_CHECK(!workload.items.empty());
    DSB_CHECK(workload.size_bytes == static_cast<int64_t>(size));
    std::set<std::string> keys;
    for (const dsb::WorkloadItem& item : workload.items) {
      DSB_CHECK(keys.insert(item.key).second);
      DSB_CHECK(!item.key.empty() && !item.domain.empty() && !item.turns.empty());
      for (const std::string& turn : item.turns) {
        DSB_CHECK(!turn.empty());
        DSB_CHECK(dsb::FindInvalidUtf8(turn) == std::string::npos);
      }
    }
  } catch (const dsb::Error& error) {
    DSB_CHECK(error.code() == dsb::ExitCode::kBadInput);
    DSB_CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  return 0;
}
