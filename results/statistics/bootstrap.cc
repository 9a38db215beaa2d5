#include "results/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/philox.h"
#include "results/statistics/column_blocks.h"
#include "results/statistics/undefined_draws.h"

namespace dsb {
namespace {

// FNV-1a: a stable 64-bit name of a sample.
uint64_t HashName(const std::string& name) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char letter : name) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3u;
  }
  return hash;
}

// The clusters that are drawn among each other, as places in table order: those of a data set. A
// data set of one cluster would always be drawn as it is, as if it were known without error, so
// these stand together; a single one of them joins the smallest other data set.
std::vector<std::vector<size_t>> StrataOf(const ClusterTable& table) {
  std::vector<std::vector<size_t>> strata;
  const std::string* last = nullptr;
  size_t place = 0;
  for (const auto& [key, row] : table.rows()) {
    if (last == nullptr || *last != key.first) strata.emplace_back();
    strata.back().push_back(place++);
    last = &key.first;
  }
  std::vector<size_t> alone;
  std::erase_if(strata, [&alone](const std::vector<size_t>& stratum) {
    if (stratum.size() == 1) alone.push_back(stratum.front());
    return stratum.size() == 1;
  });
  if (alone.size() != 1 || strata.empty()) {
    if (!alone.empty()) strata.push_back(std::move(alone));
    return strata;
  }
  const auto smallest =
      std::min_element(strata.begin(), strata.end(),
                       [](const auto& a, const auto& b) { return a.size() < b.size(); });
  smallest->push_back(alone.front());
  return strata;
}

std::array<uint32_t, 2> StreamKey(const BootstrapOptions& options, const std::string& sample) {
  const uint64_t key = Random64({.seed = options.statistics_seed,
                                 .request = HashName(sample),
                                 .purpose = RandomPurpose::kStatistics});
  return {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

// Fills counts [clusters] for one resample: inside each stratum as many draws as it has clusters.
void DrawCounts(const std::vector<std::vector<size_t>>& strata, const std::array<uint32_t, 2>& key,
                int64_t resample, std::vector<uint32_t>* counts) {
  std::fill(counts->begin(), counts->end(), 0);
  for (size_t stratum = 0; stratum < strata.size(); ++stratum) {
    const std::vector<size_t>& members = strata[stratum];
    const auto size = static_cast<int64_t>(members.size());
    for (int64_t draw = 0; draw < size; draw += 4) {
      const std::array<uint32_t, 4> words =
          Philox4x32({static_cast<uint32_t>(draw / 4), static_cast<uint32_t>(resample),
                      static_cast<uint32_t>(stratum), 0},
                     key);
      for (int64_t i = 0; i < std::min<int64_t>(4, size - draw); ++i) {
        const uint64_t scaled =
            uint64_t{words[static_cast<size_t>(i)]} * static_cast<uint64_t>(size);
        ++(*counts)[members[static_cast<size_t>(scaled >> 32)]];
      }
    }
  }
}

}  // namespace

void ClusterTable::Add(const std::string& stratum, const std::string& cluster,
                       std::span<const double> values) {
  DSB_CHECK(static_cast<int64_t>(values.size()) == num_columns_);
  for (const double value : values) DSB_CHECK(std::isfinite(value));
  std::vector<double>& row = rows_[{stratum, cluster}];
  row.resize(values.size(), 0.0);
  for (size_t i = 0; i < values.size(); ++i) row[i] += values[i];
}

std::vector<double> ClusterTable::Totals() const {
  std::vector<double> totals(static_cast<size_t>(num_columns_), 0.0);
  for (const auto& [key, row] : rows_) {
    for (size_t i = 0; i < row.size(); ++i) totals[i] += row[i];
  }
  return totals;
}

ResampleDraws::ResampleDraws(const ClusterTable& table, const BootstrapOptions& options,
                             const std::string& sample)
    : strata_(StrataOf(table)),
      key_(StreamKey(options, sample)),
      counts_(static_cast<size_t>(table.num_clusters())) {}

const std::vector<uint32_t>& ResampleDraws::Draw(int64_t resample) {
  DrawCounts(strata_, key_, resample, &counts_);
  return counts_;
}

std::vector<uint32_t> ResampleCounts(const ClusterTable& table, const BootstrapOptions& options,
                                     const std::string& sample, int64_t resample) {
  return ResampleDraws(table, options, sample).Draw(resample);
}

std::vector<double> ResampleTotals(const ClusterTable& table, const BootstrapOptions& options,
                                   const std::string& sample, int64_t first, int64_t count) {
  ResampleDraws draws(table, options, sample);
  const ColumnBlocks blocks(table);
  const auto columns = static_cast<size_t>(table.num_columns());
  std::vector<double> totals(static_cast<size_t>(count) * columns), sums(blocks.num_sums());
  std::vector<DrawnCluster> drawn;
  for (int64_t r = 0; r < count; ++r) {
    const std::vector<uint32_t>& counts = draws.Draw(first + r);
    drawn.clear();
    for (size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] > 0) drawn.push_back({i, static_cast<double>(counts[i])});
    }
    blocks.Sum(drawn, sums.data());
    double* const out = totals.data() + static_cast<size_t>(r) * columns;
    for (size_t c = 0; c < columns; ++c) out[c] = sums[blocks.place(c)];
  }
  return totals;
}

std::pair<double, double> PercentileInterval(std::vector<double> values, double level) {
  DSB_CHECK(!values.empty());
  const double tail = (1 - level) / 2;
  const auto size = static_cast<double>(values.size());
  const auto last = static_cast<int64_t>(values.size()) - 1;
  // The guard against 0.025 * 10000 = 250.00000000000023 keeps the ranks symmetric.
  const int64_t cut = std::clamp<int64_t>(static_cast<int64_t>(size * tail + 1e-9), 0, last);
  const auto low = values.begin() + cut, high = values.begin() + (last - cut);
  std::nth_element(values.begin(), low, values.end());
  const double lo = *low;
  std::nth_element(values.begin(), high, values.end());
  return {lo, *high};
}

double LinearisedError(const ClusterTable& table, int64_t x, int64_t y) {
  const std::vector<double> totals = table.Totals();
  const auto xi = static_cast<size_t>(x), yi = static_cast<size_t>(y);
  const double ratio = totals[xi] / totals[yi];
  std::vector<double> residuals;
  for (const auto& [key, row] : table.rows()) residuals.push_back(row[xi] - ratio * row[yi]);
  double variance = 0;
  for (const std::vector<size_t>& members : StrataOf(table)) {
    const auto n = static_cast<double>(members.size());
    if (n < 2) continue;
    double mean = 0, squares = 0;
    for (const size_t i : members) mean += residuals[i] / n;
    for (const size_t i : members) squares += (residuals[i] - mean) * (residuals[i] - mean);
    variance += n / (n - 1) * squares;
  }
  return std::sqrt(variance) / std::abs(totals[yi]);
}

Estimate PlainRatio(const ClusterTable& table, int64_t x, int64_t y,
                    const BootstrapOptions& options) {
  Estimate result{.level = options.level, .n = table.num_clusters()};
  const std::vector<double> sums = table.Totals();
  const double below = sums[static_cast<size_t>(y)];
  if (result.n == 0 || below == 0) {
    result.note = "n/a: nothing to count";
    return result;
  }
  result.value = sums[static_cast<size_t>(x)] / below;
  if (result.n < kMinPromptsForInterval) result.note = "n too small for an interval";
  return result;
}

void DoubtInterval(const ClusterTable& table, int64_t x, int64_t y, Estimate* ratio) {
  if (!ratio->lo || !ratio->hi) return;
  const double width = *ratio->hi - *ratio->lo;
  const double linearised =
      2 * NormalQuantile(1 - (1 - ratio->level) / 2) * LinearisedError(table, x, y);
  if (std::abs(width - linearised) > 0.25 * width + 1e-12 * std::abs(*ratio->value)) {
    ratio->note = "interval and linearised error disagree by more than 25 %";
  }
}

Estimate RatioOfSums(const ClusterTable& table, std::span<const double> totals, int64_t x,
                     int64_t y, const BootstrapOptions& options) {
  Estimate result = PlainRatio(table, x, y, options);
  if (!result.value || result.n < kMinPromptsForInterval) return result;
  const auto columns = static_cast<size_t>(table.num_columns());
  const auto xi = static_cast<size_t>(x), yi = static_cast<size_t>(y);
  std::vector<double> ratios;
  ratios.reserve(totals.size() / columns);
  for (size_t r = 0; r < totals.size(); r += columns) {
    if (totals[r + yi] != 0) ratios.push_back(totals[r + xi] / totals[r + yi]);
  }
  result.num_resamples = static_cast<int64_t>(ratios.size());
  result.statistics_seed = static_cast<int64_t>(options.statistics_seed);
  const auto num_draws = static_cast<int64_t>(totals.size() / columns);
  if (TooManyUndefined(*result.num_resamples, num_draws)) {
    result.note = UndefinedNote(*result.num_resamples, num_draws);
    return result;
  }
  result.method = "cluster_bootstrap";
  const auto [lo, hi] = PercentileInterval(std::move(ratios), options.level);
  result.lo = lo;
  result.hi = hi;
  DoubtInterval(table, x, y, &result);
  return result;
}

}  // namespace dsb
