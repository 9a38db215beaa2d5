// Looks for the largest rate that passes: doubles until one fails (halves until one passes), then
// halves the gap between the two on a logarithmic scale. Pure: whoever measures says what passed.
#pragma once

#include <cstdint>
#include <optional>

namespace dsb {

class RateSearch {
 public:
  struct Options {
    double first_per_s = 1;
    int32_t most_halvings = 6;  // of the first rate, until one passes
    double resolution = 1.1;    // ends when the lowest that failed is below this times the best
    int32_t most_probes = 12;
  };
  explicit RateSearch(const Options& options) : options_(options) {}
  std::optional<double> Next() const;  // none: it is over
  void Tell(double rate_per_s, bool passes);
  std::optional<double> best() const { return best_; }  // the largest that passed
  std::optional<double> lowest_failed() const { return failed_; }

 private:
  const Options options_;
  std::optional<double> best_, failed_;
  int32_t num_probes_ = 0;
};

}  // namespace dsb
