#include "results/statistics/column_blocks.h"

#include <cstring>
#include <initializer_list>
#include <map>
#include <utility>

namespace dsb {
namespace {

// What every x86-64 adds at once.
using Pair = double __attribute__((vector_size(16)));

Pair PairAt(const double* values) {
  Pair pair;
  std::memcpy(&pair, values, sizeof pair);
  return pair;
}

}  // namespace

ColumnBlocks::ColumnBlocks(const ClusterTable& table)
    : num_clusters_(static_cast<size_t>(table.num_clusters())) {
  std::map<std::vector<double>, size_t> distinct;
  for (size_t c = 0; c < static_cast<size_t>(table.num_columns()); ++c) {
    std::vector<double> column;
    column.reserve(num_clusters_);
    for (const auto& [name, row] : table.rows()) column.push_back(row[c]);
    places_.push_back(distinct.try_emplace(std::move(column), distinct.size()).first->second);
  }
  num_blocks_ = (distinct.size() + kWidth - 1) / kWidth;
  values_.resize(num_blocks_ * num_clusters_ * kWidth);
  for (const auto& [column, place] : distinct) {
    const size_t start = place / kWidth * num_clusters_ * kWidth + place % kWidth;
    for (size_t i = 0; i < num_clusters_; ++i) values_[start + i * kWidth] = column[i];
  }
}

void ColumnBlocks::Sum(const std::vector<DrawnCluster>& drawn, double* sums) const {
  static_assert(kWidth == 8);
  for (size_t b = 0; b < num_blocks_; ++b) {
    const double* const block = values_.data() + b * num_clusters_ * kWidth;
    Pair sum0{}, sum1{}, sum2{}, sum3{};  // apart: an array would go through memory
    for (const DrawnCluster& one : drawn) {
      const double* const row = block + one.place * kWidth;
      sum0 += one.times * PairAt(row);
      sum1 += one.times * PairAt(row + 2);
      sum2 += one.times * PairAt(row + 4);
      sum3 += one.times * PairAt(row + 6);
    }
    for (const Pair sum : {sum0, sum1, sum2, sum3}) {
      *sums++ = sum[0];
      *sums++ = sum[1];
    }
  }
}

}  // namespace dsb
