#include "results/store/checked_reader.h"

#include <utility>

namespace dsb {

CheckedRun ReadCheckedRun(const Store& store, int64_t run_id, const ReadOptions& options) {
  RunData data = ReadRun(store, run_id, options);
  data.metrics = ReadMetrics(store, run_id);
  return CheckRun(std::move(data));
}

}  // namespace dsb
