#include "harness/backends/scheduling_files.h"

#include <memory>
#include <utility>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "harness/machine/environment.h"
#include "harness/options/file_name.h"
#include "kernels/isa.h"

namespace dsb {
namespace {

constexpr size_t kLongestCalibration = size_t{1} << 24;  // it names its prompts

ArtifactRecord FileRecord(const char* kind, const std::string& path, const std::string& text) {
  ArtifactRecord record;
  record.kind = kind;
  record.name = FileName(path);
  record.sha256 = Sha256Hex(text);
  record.size_bytes = static_cast<int64_t>(text.size());
  record.source = FileName(path);
  return record;
}

[[noreturn]] void RefuseBoth(const char* option, const std::string& one, const std::string& other,
                             const std::string& drafter) {
  ThrowBadInput(std::string(option) + ": both " + one + " and " + other + " are for drafter " +
                drafter + ", expected one");
}

}  // namespace

SchedulingFiles::SchedulingFiles(const ModelOptions& options) {
  for (const std::string& path : options.cost_tables) {
    const std::string text = ReadTextFile(path);
    tables_.push_back({path, text, std::make_shared<const CostTable>(ParseCostTable(text, path))});
  }
  for (const std::string& path : options.calibrations) {
    const std::string text = ReadTextFile(path, kLongestCalibration);
    fits_.push_back({path, text, ParseCalibration(text, path)});
  }
}

void SchedulingFiles::Complete(const CostConditions& run, bool has_head, PolicyOptions& policy,
                               std::map<std::string, ArtifactRecord>& used) const {
  if (DescribePolicy(policy.kind).needs_costs) AddCosts(run, policy, used);
  if (!fits_.empty()) AddTemperatures(run, has_head, policy, used);
}

void SchedulingFiles::AddCosts(const CostConditions& run, PolicyOptions& policy,
                               std::map<std::string, ArtifactRecord>& used) const {
  std::string complaint = "policy " + std::string(DescribePolicy(policy.kind).name) +
                          " of drafter " + run.drafter +
                          " needs --cost-table with a table of it (dsbench profile makes one)";
  const Table* found = nullptr;
  for (const Table& table : tables_) {
    const CostConditions& conditions = table.table->conditions;
    const auto mismatch = CostMismatch(conditions, run);
    if (!mismatch) {
      if (found != nullptr) RefuseBoth("--cost-table", found->path, table.path, run.drafter);
      found = &table;
    } else if (tables_.size() == 1 || conditions.drafter == run.drafter) {
      complaint = "--cost-table " + table.path + ": is of something else: " + *mismatch;
    }
  }
  if (found == nullptr) ThrowBadInput(complaint);
  policy.costs = found->table;
  used["cost_table"] = FileRecord("cost_table", found->path, found->text);
}

void SchedulingFiles::AddTemperatures(const CostConditions& run, bool has_head,
                                      PolicyOptions& policy,
                                      std::map<std::string, ArtifactRecord>& used) const {
  Calibration wanted;
  wanted.target_sha256 = run.target_sha256;
  wanted.weights = run.weights;
  wanted.drafter = run.drafter;
  wanted.drafter_sha256 = run.drafter_sha256;
  wanted.drafter_weights = run.drafter_weights;
  wanted.draft_length = run.draft_length;
  wanted.confidence = has_head ? kHeadConfidence : kLawConfidence;
  std::string complaint = "--calibration: none is of drafter " + run.drafter;
  const Fit* found = nullptr;
  for (const Fit& fit : fits_) {
    const auto mismatch = CalibrationMismatch(fit.calibration, wanted);
    if (!mismatch) {
      if (found != nullptr) RefuseBoth("--calibration", found->path, fit.path, run.drafter);
      found = &fit;
    } else if (fits_.size() == 1 || fit.calibration.drafter == run.drafter) {
      complaint = "--calibration " + fit.path + ": is of something else: " + *mismatch;
    }
  }
  if (found == nullptr) ThrowBadInput(complaint);
  policy.temperatures = found->calibration.temperatures();
  policy.usual_confidence = found->calibration.mean_confidences();
  used["calibration"] = FileRecord("calibration", found->path, found->text);
}

CostConditions ConditionsOf(const ModelOptions& options, const std::string& target_sha256) {
  const EnvironmentRecord machine = CaptureEnvironment();
  const bool gpu = options.device != "cpu";
  CostConditions conditions;
  conditions.target_sha256 = target_sha256;
  conditions.weights = options.weights;
  conditions.drafter = "none";
  conditions.device = options.device;
  conditions.device_model = gpu ? machine.gpu_model.value_or("") : machine.cpu_model;
  conditions.threads = options.threads;
  conditions.isa = gpu ? "cuda" : IsaName(ActiveIsa());
  return conditions;
}

}  // namespace dsb
