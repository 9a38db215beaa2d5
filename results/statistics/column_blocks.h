// The columns of a table of clusters, laid out for many sums over its rows: equal columns (metrics
// share denominators) are summed once, and so many beside each other that their sums stay in
// registers. The order of the additions of a column is the rows', whatever stands beside it, so
// that a sum is the same bit for bit.
#pragma once

#include <cstddef>
#include <vector>

#include "results/statistics/bootstrap.h"

namespace dsb {

struct DrawnCluster {
  size_t place;  // in table order
  double times;
};

class ColumnBlocks {
 public:
  explicit ColumnBlocks(const ClusterTable& table);

  size_t num_sums() const { return num_blocks_ * kWidth; }
  size_t place(size_t column) const { return places_[column]; }  // of its sum

  // sums [num_sums]: of each distinct column over the clusters drawn, in their order.
  void Sum(const std::vector<DrawnCluster>& drawn, double* sums) const;

 private:
  static constexpr size_t kWidth = 8;

  size_t num_clusters_, num_blocks_ = 0;
  std::vector<size_t> places_;
  std::vector<double> values_;  // [block][cluster][kWidth]
};

}  // namespace dsb
