#include "reports/report/report_json.h"

#include <nlohmann/json.hpp>

#include "reports/model/crosswalk.h"
#include "reports/model/provenance_lines.h"
#include "reports/pairing/pairs.h"
#include "reports/paper/paper_tables.h"
#include "reports/pareto/pareto_json.h"
#include "reports/report/conclusion.h"
#include "reports/report/load_page.h"
#include "reports/report/provenance_json.h"
#include "reports/report/scheduling_section.h"
#include "reports/report/section_json.h"
#include "reports/text/estimate_json.h"
#include "results/run_facts.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

Json StatisticsJson(const MetricOptions& options) {
  return {{"seed", options.bootstrap.statistics_seed},
          {"num_resamples", options.bootstrap.num_resamples},
          {"level", options.bootstrap.level},
          {"unit_of_resampling", "prompt"}};
}

Json DefinitionsJson() {
  Json json = Json::object();
  for (const MetricDefinition& definition : MetricCatalogue()) {
    json[std::string(definition.metric)] = {{"unit", definition.unit},
                                            {"better", definition.better},
                                            {"definition", definition.definition}};
  }
  return json;
}

Json MetricJson(const MetricRecord& metric, const std::vector<MetricNote>& notes) {
  Json json = {{"metric", metric.metric}, {"scope", metric.scope}, {"unit", metric.unit}};
  json.update(EstimateJson<Json>(metric.estimate));
  json["definition_version"] = metric.definition_version;
  for (const MetricNote& note : notes) {
    if (note.metric == metric.metric && note.scope == metric.scope) json["note"] = note.note;
  }
  return json;
}

Json PairedJson(const PairedEstimate& estimate) {
  Json json = EstimateJson<Json>(estimate.ratio);
  json["correlation"] = OrNull<Json>(estimate.correlation);
  json["variance_saved"] = OrNull<Json>(estimate.variance_saved);
  if (!estimate.ratio.note.empty()) json["note"] = estimate.ratio.note;
  return json;
}

Json ComparisonJson(const ArmComparison& comparison) {
  const SpeedupFactors& factors = comparison.factors;
  Json metrics = Json::array();
  for (const ComparedMetric& metric : comparison.metrics) {
    const MetricDefinition& definition = DefinitionOf(metric.metric);
    metrics.push_back({{"metric", metric.metric},
                       {"unit", definition.unit},
                       {"better", definition.better},
                       {"baseline", OrNull<Json>(metric.baseline)},
                       {"candidate", OrNull<Json>(metric.candidate)},
                       {"ratio", PairedJson(metric.ratio)}});
  }
  const std::optional<Estimate> needed = BreakEvenLength(comparison);
  return {{"scope", comparison.scope},
          {"pairs", comparison.counts.pairs},
          {"only_baseline", comparison.counts.only_baseline},
          {"only_candidate", comparison.counts.only_candidate},
          {"comparable", comparison.counts.comparable()},
          {"prompts", comparison.prompts},
          {"speedup", PairedJson(factors.speedup)},
          {"accepted_length_factor", PairedJson(factors.accepted_length_factor)},
          {"step_time_factor", PairedJson(factors.step_time_factor)},
          {"break_even_length", needed ? EstimateJson<Json>(*needed) : Json(nullptr)},
          {"residual", OrNull<Json>(factors.residual)},
          {"metrics", metrics}};
}

Json ScopesJson(const std::vector<ArmComparison>& scopes) {
  Json json = Json::array();
  for (const ArmComparison& comparison : scopes) json.push_back(ComparisonJson(comparison));
  return json;
}

Json CrosswalkJson(const Crosswalk& crosswalk) {
  Json figures = Json::object(), positions = Json::array();
  for (const CrosswalkRow& row : crosswalk.rows) {
    figures[row.key] = {{"tool", row.tool},
                        {"name", row.name},
                        {"definition", row.definition},
                        {"value", OrNull<Json>(row.value)}};
  }
  for (const CrosswalkPosition& position : crosswalk.positions) {
    positions.push_back({{"position", position.position},
                         {"rounds", position.rounds},
                         {"verified_at_least", position.verified_at_least},
                         {"accepted_at_least", position.accepted_at_least},
                         {"reached", position.reached},
                         {"survival", OrNull<Json>(position.survival)},
                         {"conditional_acceptance", OrNull<Json>(position.conditional_acceptance)},
                         {"deepspec_accept_rate", OrNull<Json>(position.deepspec_accept_rate)},
                         {"vllm_position_rate", OrNull<Json>(position.vllm_position_rate)}});
  }
  return {{"figures", figures}, {"positions", positions}};
}

Json KernelsJson(const RunData& data) {
  Json kernels = Json::array();
  for (const KernelTimeRecord& kernel : data.kernels) {
    kernels.push_back({{"phase", kernel.phase},
                       {"kernel", kernel.kernel},
                       {"device", kernel.device},
                       {"batch_bucket", kernel.batch_bucket},
                       {"calls", kernel.calls},
                       {"total_ns", kernel.total_ns},
                       {"min_ns", kernel.min_ns},
                       {"max_ns", kernel.max_ns},
                       {"bytes", OrNull<Json>(kernel.bytes)},
                       {"flops", OrNull<Json>(kernel.flops)}});
  }
  return kernels;
}

Json LeftOutJson(const RunData& data) {
  Json items = Json::array();
  for (const SkippedItemRecord& item : data.skipped) {
    items.push_back({{"item", item.item_key}, {"turn", item.turn}, {"reason", item.reason}});
  }
  return items;
}

Json FlagsJson(const RunData& data) {
  Json flags = Json::object();
  for (const auto& [flag, detail] : data.flags) flags[flag] = detail;
  return flags;
}

Json ArmJson(const ReportArm& arm) {
  Json artifacts = Json::object(), metrics = Json::array();
  for (const auto& [role, artifact] : arm.data->artifacts) {
    artifacts[role] = {
        {"name", artifact.name}, {"sha256", artifact.sha256}, {"size_bytes", artifact.size_bytes}};
  }
  for (const MetricRecord& metric : arm.metrics) metrics.push_back(MetricJson(metric, arm.notes));
  const RequestCounts& counts = arm.counts;
  const std::string command = ConfigOf(arm.data->run).command_line;
  Json json = {{"name", arm.name},
               {"is_baseline", IsBaseline(arm.data->run)},
               {"command_line", command.empty() ? Json(nullptr) : Json(command)},
               {"run", RunJson<Json>(arm.data->run)},
               {"machine", MachineJson<Json>(arm.data->environment)},
               {"gpu", GpuFact(arm.data)},
               {"build", BuildJson<Json>(arm.data->build)},
               {"artifacts", artifacts},
               {"flags", FlagsJson(arm.data)},
               {"requests",
                {{"total", counts.total},
                 {"warmup", counts.warmup},
                 {"measured", counts.measured},
                 {"drain", counts.drain},
                 {"failed", counts.failed},
                 {"cancelled", counts.cancelled},
                 {"no_decode", counts.no_decode},
                 {"outside_window", counts.outside_window},
                 {"other_segment", counts.other_segment}}},
               {"left_out", LeftOutJson(arm.data)},
               {"metrics", metrics},
               {"kernels", KernelsJson(arm.data)}};
  if (!arm.broken.empty()) json["broken_invariants"] = arm.broken;
  return json;
}

Json FactsJson(const std::vector<Fact>& facts) {
  Json json = Json::object();
  for (const Fact& fact : facts) json[fact.field] = fact.value;
  return json;
}

Json PaperJson(const ReportSet& set, const MetricOptions& options) {
  const auto paired = [](const std::optional<PairedEstimate>& estimate) {
    return estimate ? PairedJson(*estimate) : Json(nullptr);
  };
  Json rows = Json::array();
  for (const PaperLengthRow& row : PaperLengthRows(set, options)) {
    rows.push_back({{"domain", row.domain},
                    {"arm", row.arm->name},
                    {"drafter", row.arm->data->run.drafter},
                    {"paper_accepted_length", OrNull<Json>(row.paper)},
                    {"paper_dspark_ratio", OrNull<Json>(row.paper_ratio)},
                    {"accepted_length",
                     OrNull<Json>(row.here == nullptr ? std::nullopt : row.here->estimate.value)},
                    {"dspark_ratio", paired(row.ratio)},
                    {"dspark_tokens_per_s_ratio", paired(row.speed_ratio)}});
  }
  return {{"target", kPaperTarget}, {"table_1", rows}};
}

Json SetJson(const ReportSet& set, const MetricOptions& options, const ReportSections& sections) {
  Json arms = Json::array(), comparisons = Json::array();
  for (size_t i = 0; i < set.arms.size(); ++i) {
    arms.push_back(ArmJson(set.arms[i]));
    const StepFigures& steps = set.arms[i].steps;
    if (!steps.depths.empty()) arms.back()["by_depth"] = DepthsJson<Json>(steps.depths);
    if (steps.scheduling) {
      arms.back()["scheduling"] = SchedulingJson<Json>(*steps.scheduling, steps.policy_inert);
    }
    if (!sections.crosswalk || IsBaseline(set.arms[i].data->run)) continue;
    const ReportComparison* comparison = set.ComparisonOf(i);
    arms.back()["crosswalk"] = CrosswalkJson(MakeCrosswalk(
        set.arms[i].data, comparison == nullptr ? nullptr : &set.arms[comparison->baseline].data));
  }
  for (const ReportComparison& comparison : set.comparisons) {
    const ReportArm &baseline = set.arms[comparison.baseline],
                    &candidate = set.arms[comparison.candidate];
    comparisons.push_back({{"baseline", baseline.name},
                           {"candidate", candidate.name},
                           {"baseline_run", baseline.data->run.id},
                           {"candidate_run", candidate.data->run.id},
                           {"scopes", ScopesJson(comparison.scopes)}});
  }
  Json json = {{"label", set.arms.front().data->run.label},
               {"fields", FactsJson(ComparableFacts(set.arms.front().data))},
               {"conclusion", StatementsJson<Json>(Conclude(set, options))},
               {"arms", arms},
               {"comparisons", comparisons}};
  if (!set.observers.empty()) {
    Json observers = Json::array();
    for (const ReportObserver& observer : set.observers) {
      observers.push_back({{"arm", set.arms[observer.arm].name},
                           {"overhead", MetricJson(observer.overhead, {})},
                           {"observed", ArmJson(observer.observed)}});
    }
    json["observers"] = observers;
  }
  if (sections.paper) json["paper"] = PaperJson(set, options);
  return json;
}

// Of questions under several loads every arm under every load.
Json LoadsJson(const ReportModel& model) {
  Json loads = Json::array();
  for (const LoadGroup& group : LoadGroupsOf(model)) {
    const std::vector<ParetoPoint> points = PointsOf(group, model.options);
    loads.push_back({{"title", TitleOf(group)},
                     {"statements", StatementsJson<Json>(LoadStatements(points))},
                     {"points", ParetoJson<Json>(points)}});
  }
  return loads;
}

}  // namespace

std::string ReportJson(const ReportModel& model, const ReportSections& sections) {
  Json sets = Json::array();
  for (const ReportSet& set : model.sets) sets.push_back(SetJson(set, model.options, sections));
  Json json = {{"format", "dsbench-report"},
               {"format_version", kReportFormatVersion},
               {"statistics", StatisticsJson(model.options)},
               {"num_runs", model.num_runs},
               {"num_empty_runs", model.num_empty_runs},
               {"sets", sets},
               {"metric_definitions", DefinitionsJson()}};
  if (Json loads = LoadsJson(model); !loads.empty()) json["loads"] = std::move(loads);
  if (!model.left_out.empty()) json["left_out"] = model.left_out;
  if (model.sets.empty()) json["message"] = "no run has a finished request";
  return Dump(json);
}

std::string CompareJson(const std::vector<ComparedPair>& pairs, const MetricOptions& options,
                        const UnpairedArms& unpaired) {
  Json list = Json::array();
  for (const ComparedPair& pair : pairs) {
    list.push_back({{"baseline", ArmName(pair.baseline->run)},
                    {"candidate", ArmName(pair.candidate->run)},
                    {"baseline_run", pair.baseline->run.id},
                    {"candidate_run", pair.candidate->run.id},
                    {"baseline_flags", FlagsJson(*pair.baseline)},
                    {"candidate_flags", FlagsJson(*pair.candidate)},
                    {"fields", FactsJson(ComparableFacts(pair.baseline))},
                    {"candidate_fields", FactsJson(ComparableFacts(pair.candidate))},
                    {"across", pair.across},
                    {"same_run", pair.same_run},
                    {"scopes", ScopesJson(pair.scopes)}});
  }
  return Dump(Json{{"format", "dsbench-compare"},
                   {"format_version", kReportFormatVersion},
                   {"statistics", StatisticsJson(options)},
                   {"pairs", list},
                   {"only_baseline", unpaired.baseline},
                   {"only_candidate", unpaired.candidate},
                   {"metric_definitions", DefinitionsJson()}});
}

}  // namespace dsb
