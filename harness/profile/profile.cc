#include "harness/profile/profile.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/console.h"
#include "base/error.h"
#include "base/quoted.h"
#include "base/whole_file.h"
#include "engines/phase_observer.h"
#include "harness/backends/native_backend.h"
#include "harness/backends/scheduling_files.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/options/output_files.h"
#include "harness/profile/measure.h"
#include "harness/run/prompts.h"
#include "harness/terminal/interrupt.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

// All prompts' tokens behind each other.
std::vector<int32_t> TextOf(const ProfileOptions& options, const Backend& backend) {
  const std::vector<std::string> paths =
      options.workloads.empty() ? DefaultWorkloadPaths() : options.workloads;
  std::vector<int32_t> text;
  for (const Prompt& prompt : EncodePrompts(ReadWorkloads(paths), {}, backend)) {
    text.insert(text.end(), prompt.first.ids.begin(), prompt.first.ids.end());
  }
  if (text.empty()) ThrowBadInput("--workload: expected text");
  return text;
}

std::string Milliseconds(double ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", ns / 1e6);
  return text;
}

// Requests, drafting, and passes of no, one, ... all drafts a request.
std::string TableText(const CostTable& table) {
  std::string text = "requests   draft ms   pass ms, by tokens\n";
  for (const VerifyCosts& row : table.verify) {
    char line[64];
    std::snprintf(line, sizeof line, "%8lld %10s  ", static_cast<long long>(row.requests),
                  Milliseconds(table.DraftNs(row.requests)).c_str());
    text += line;
    for (const CostPoint& point : row.by_tokens.points()) {
      text +=
          " " + std::to_string(point.at) + ":" + Milliseconds(static_cast<double>(point.median_ns));
    }
    text += '\n';
  }
  return text;
}

class Profiler {
 public:
  Profiler(const ProfileOptions& options, NativeBackend& backend, const std::vector<int32_t>& text)
      : options_(options), backend_(backend), text_(text) {
    table_.conditions = ConditionsOf(options, backend.target()->sha256);
    table_.context_depth = options.context_depth;
  }

  bool Run(const std::atomic<bool>& stop) {
    std::vector<int32_t> users = options_.users;
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    for (const int32_t requests : users) CheckContext(requests);  // before anything is measured
    std::vector<CostPoint> drafts;
    int64_t deepest = 0;
    for (const int32_t requests : users) {
      ProfiledRow row;
      if (!Measure(requests, stop, row)) return false;
      table_.verify.push_back(std::move(row.verify));
      if (row.draft.samples > 0) drafts.push_back(row.draft);
      deepest = std::max(deepest, row.deepest_context);
    }
    if (!drafts.empty()) table_.draft = {std::move(drafts), 0, "profile"};
    table_.origin = "dsbench profile, " + std::to_string(options_.samples) +
                    " samples a point, contexts of " + std::to_string(options_.context_depth) +
                    " to " + std::to_string(deepest) + " tokens";
    return true;
  }
  const CostTable& table() const { return table_; }

 private:
  ProfileLoad LoadOf(int32_t requests) const {
    const ArmOptions& arm = options_.arms.front();
    return {.requests = requests,
            .context_depth = options_.context_depth,
            .samples = options_.samples,
            .draft_length = arm.drafter == "none" ? 0 : arm.draft_length,
            .text = text_,
            .on_device = options_.device != "cpu"};
  }
  void CheckContext(int32_t requests) const {
    const int64_t needed = ProfileContext(LoadOf(requests));
    const int64_t most = backend_.max_context_tokens();
    if (needed <= most) return;
    ThrowBadInput("--users " + std::to_string(requests) + ": all steps timed need contexts of " +
                  std::to_string(needed) + " tokens, the model has at most " +
                  std::to_string(most) +
                  "; fewer --users or --samples, or a smaller --draft-length or --context-depth, "
                  "need less");
  }
  bool Measure(int32_t requests, const std::atomic<bool>& stop, ProfiledRow& row) {
    const auto set = std::make_shared<SetBudget>();
    ArmOptions arm = options_.arms.front();
    ProfileLoad load = LoadOf(requests);
    const ArmRoom room = {.max_concurrency = requests,
                          .context_tokens = ProfileContext(load),
                          .make_budget = [set] { return MakeSetBudget(set); }};
    const BackendArm made = backend_.MakeArm(arm, room, clock_);
    made.engine->Instrument({.phase_times = true, .observer = nullptr});
    load.draft_length = made.engine->Describe().draft_length;
    CostConditions& conditions = table_.conditions;
    conditions.drafter = arm.drafter;
    conditions.draft_length = load.draft_length;
    if (made.drafter) {
      conditions.drafter_sha256 = made.drafter->sha256;
      conditions.drafter_weights = options_.drafter_weights;
    }
    return ProfileRequests(load, *set, *made.engine, stop, row);
  }

  const ProfileOptions& options_;
  NativeBackend& backend_;
  std::span<const int32_t> text_;
  MonotonicClock clock_;
  CostTable table_;
};

}  // namespace

ExitCode Profile(ProfileOptions options) {
  RefuseForeignFile("--output", options.output, WrittenAs::kCostTable);
  FillDefaults(options);
  NativeBackend backend(options);
  const std::vector<int32_t> text = TextOf(options, backend);
  Profiler profiler(options, backend, text);
  if (!profiler.Run(InterruptFlag())) ThrowResource("interrupted, no cost table is written");
  WriteWholeFile(options.output, CostTableToJson(profiler.table()));
  WriteOutput(TableText(profiler.table()) + "cost table: " + Shown(options.output) + "\n");
  return ExitCode::kDone;
}

}  // namespace dsb
