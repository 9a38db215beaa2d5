// What a step of one target, drafter and machine costs (verification.md 7): the time of a target
// pass by the tokens in it, the time of drafting by requests. The scheduler weighs drafts by it,
// the simulated engine tells time by it, and `dsbench profile` measures it: all read one file,
// docs/cost-table.md. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dsb {

// One measured point of a curve: the median of `samples` timings and their extremes.
struct CostPoint {
  int64_t at = 0;  // tokens of a pass, or requests
  int64_t median_ns = 0, min_ns = 0, max_ns = 0;
  int64_t samples = 0;  // 0: of a model, not measured
  bool operator==(const CostPoint&) const = default;
};

// Time by one number, never falling: the running maximum of its points. Up to `captured` an
// execution is padded to the next point, a staircase without interpolation; above it straight lines
// between the points that lie above, and the last one goes on. Below the first point of a curve
// that pads nothing the first line goes on, down to half the first point.
class CostCurve {
 public:
  CostCurve() = default;  // 0 everywhere
  // kBadInput naming `place` unless there is a point, each `at` is at least 1 and more than the one
  // before, and times are above 0, with min_ns <= median_ns <= max_ns.
  CostCurve(std::vector<CostPoint> points, int64_t captured, const std::string& place);

  double AtNs(int64_t at) const;
  const std::vector<CostPoint>& points() const { return points_; }  // as measured

 private:
  double Line(size_t first, double at) const;  // through points `first` and the next

  std::vector<CostPoint> points_;
  std::vector<double> raised_;  // [points] running maximum of the medians
  int64_t captured_ = 0;
};

// What the times were measured with. All of it must be so where they are used.
struct CostConditions {
  std::string target_sha256;  // of everything of the target that decides the output
  std::string weights;        // stored, bf16, f32
  std::string drafter;        // a drafter's name, or none
  std::string drafter_sha256, drafter_weights;  // likewise; empty with none
  int64_t draft_length = 0;
  std::string device, device_model;  // cpu or cuda; the name of the processor or GPU
  int64_t threads = 0;
  std::string isa;
  bool operator==(const CostConditions&) const = default;
};

// Of passes of so many requests; tokens from `requests` (their anchors alone) upwards.
struct VerifyCosts {
  int64_t requests = 0;
  CostCurve by_tokens;
};

struct CostTable {
  CostConditions conditions;
  bool measured = true;         // false: of a model or a publication; samples may be 0
  std::string origin;           // who made it, from what; one line
  int64_t context_depth = 0;    // tokens before the pass, of each request
  int64_t captured_tokens = 0;  // passes up to here are padded to a point; 0: none is
  // By requests, in order: what attention reads grows with them. One row holds for any number.
  std::vector<VerifyCosts> verify;
  CostCurve draft;  // by requests: drafts and confidences of a full block each; empty with none

  // A pass over `tokens` of `requests`, between rows by a straight line. With what follows it:
  // sampling, commit, the drafter's taking in of what was committed.
  double VerifyNs(int64_t requests, int64_t tokens) const;
  double DraftNs(int64_t requests) const { return draft.AtNs(requests); }
  // The whole step: drafting, if it is done, and a pass with `drafts` drafts.
  double StepNs(int64_t requests, int64_t drafts, bool drafting) const {
    return (drafting ? DraftNs(requests) : 0) + VerifyNs(requests, requests + drafts);
  }
};

// kBadInput naming file, place and what was expected, on anything but one whole table of this
// version; kResource if the file cannot be read.
CostTable ReadCostTable(const std::string& path);
CostTable ParseCostTable(const std::string& text, const std::string& name);
std::string CostTableToJson(const CostTable& table);

// The first condition that differs, as "threads: the table has 2, the run 4"; none: usable.
std::optional<std::string> CostMismatch(const CostConditions& table, const CostConditions& run);

}  // namespace dsb
