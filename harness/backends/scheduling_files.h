// The cost table and calibration of an arm, out of those that the command line gives: the one that
// is for its drafter, refused if it is of anything else than what runs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engines/scheduling/calibration.h"
#include "engines/scheduling/cost_table.h"
#include "engines/scheduling/policy.h"
#include "harness/options/model_options.h"
#include "results/records.h"

namespace dsb {

class SchedulingFiles {
 public:
  // Reads all files. kResource, kBadInput as ReadCostTable.
  explicit SchedulingFiles(const ModelOptions& options);

  // Adds to `policy` what an arm that runs as `run` needs, and the files it came from to `used`, by
  // role. kBadInput naming file and the first condition that differs, or that none is for it.
  // `has_head`: the drafter's confidences are its own.
  void Complete(const CostConditions& run, bool has_head, PolicyOptions& policy,
                std::map<std::string, ArtifactRecord>& used) const;

 private:
  struct Table {
    std::string path, text;
    std::shared_ptr<const CostTable> table;
  };
  struct Fit {
    std::string path, text;
    Calibration calibration;
  };
  void AddCosts(const CostConditions& run, PolicyOptions& policy,
                std::map<std::string, ArtifactRecord>& used) const;
  void AddTemperatures(const CostConditions& run, bool has_head, PolicyOptions& policy,
                       std::map<std::string, ArtifactRecord>& used) const;

  std::vector<Table> tables_;
  std::vector<Fit> fits_;
};

// How a run of the arm is named in a cost table; the drafter's part is the caller's to add.
CostConditions ConditionsOf(const ModelOptions& options, const std::string& target_sha256);

}  // namespace dsb
