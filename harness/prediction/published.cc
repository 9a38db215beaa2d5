#include "harness/prediction/published.h"

#include <algorithm>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/text_file.h"

namespace dsb {
namespace {

constexpr double kMostPublished = 1e15;
constexpr int64_t kMostLayers = 10000;

JsonFields Open(const std::string& path, const std::string& format) {
  JsonFields json = JsonFields::Parse(ReadTextFile(path), path);
  if (const std::string found = json.Text("format"); found != format) {
    json.Refuse("format", '"' + found + '"', '"' + format + '"');
  }
  json.Integer("version", 1, 1);
  return json;
}

ModelShape ReadShape(const JsonFields& json) {
  return {.layers = static_cast<int32_t>(json.Integer("layers", 1, kMostLayers)),
          .experts = static_cast<int32_t>(json.Integer("experts", 1, kMostLayers)),
          .active_experts = static_cast<int32_t>(json.Integer("active_experts", 1, kMostLayers))};
}

// A list as long as `like`, positive numbers.
std::vector<double> Curve(const JsonFields& json, const std::string& key,
                          const std::vector<double>* like = nullptr) {
  std::vector<double> numbers = json.Numbers(key, 0, kMostPublished);
  const size_t expected = like == nullptr ? std::max<size_t>(numbers.size(), 2) : like->size();
  if (numbers.size() != expected) {
    json.Refuse(key, std::to_string(numbers.size()) + " numbers", std::to_string(expected));
  }
  return numbers;
}

PublishedModel ReadModel(const JsonFields& json) {
  PublishedModel model;
  model.name = json.Text("name");
  model.shape = ReadShape(json);
  model.typical_concurrency_below =
      static_cast<int32_t>(json.Integer("typical_concurrency_below", 1, 1'000'000));
  const JsonFields lines = json.Object("figure_8");
  model.concurrency = Curve(lines, "concurrency");
  model.mtp1_tokens_per_s = Curve(lines, "mtp1_tokens_per_s", &model.concurrency);
  model.dspark_tokens_per_s = Curve(lines, "dspark_tokens_per_s", &model.concurrency);
  lines.RefuseOthers();
  const JsonFields budget = json.Object("figure_8_budget");
  model.budget_concurrency = Curve(budget, "concurrency");
  model.budget = Curve(budget, "verified_per_request", &model.budget_concurrency);
  budget.RefuseOthers();
  const JsonFields marks = json.Object("figure_8_mtp1_marks");
  model.mark_concurrency = Curve(marks, "concurrency");
  model.mark_tokens_per_s = Curve(marks, "tokens_per_s", &model.mark_concurrency);
  model.marks = Curve(marks, "marks", &model.mark_concurrency);
  marks.RefuseOthers();
  const JsonFields matched = json.Object("figure_7_matched");
  model.matched_tokens_per_s = Curve(matched, "tokens_per_s");
  const std::vector<double>& like = model.matched_tokens_per_s;
  model.mtp1_user_tokens_per_s = Curve(matched, "mtp1_user_tokens_per_s", &like);
  model.dspark_user_tokens_per_s = Curve(matched, "dspark_user_tokens_per_s", &like);
  matched.RefuseOthers();
  for (const JsonFields& anchor : json.Objects("anchors")) {
    const auto number = [&](const char* key) { return anchor.Number(key, 0, kMostPublished); };
    model.anchors.push_back({.user_tokens_per_s = number("user_tokens_per_s"),
                             .mtp1_tokens_per_s = number("mtp1_tokens_per_s"),
                             .dspark_tokens_per_s = number("dspark_tokens_per_s"),
                             .dspark_user_tokens_per_s = number("dspark_user_tokens_per_s"),
                             .label_throughput_gain_pct = number("label_throughput_gain_pct"),
                             .label_user_gain_pct = number("label_user_gain_pct")});
    anchor.RefuseOthers();
  }
  json.RefuseOthers();
  return model;
}

}  // namespace

const PublishedLength& PublishedProduction::Length(const std::string& drafter) const {
  const auto found = std::find_if(acceptance.begin(), acceptance.end(),
                                  [&](const auto& row) { return row.drafter == drafter; });
  if (found == acceptance.end()) ThrowBadInput("published figures: no acceptance of " + drafter);
  return *found;
}

const PublishedArm& PublishedServing::Arm(const std::string& arm) const {
  const auto found = std::find_if(arms.begin(), arms.end(),
                                  [&](const PublishedArm& row) { return row.name == arm; });
  if (found == arms.end()) ThrowBadInput(name + ": no arm " + arm);
  return *found;
}

PublishedProduction ReadProduction(const std::string& path) {
  const JsonFields json = Open(path, "dsbench published production figures");
  PublishedProduction production;
  production.source = json.Text("source");
  production.method = json.Text("method");
  production.accuracy = json.Text("accuracy");
  for (const JsonFields& model : json.Objects("models")) {
    production.models.push_back(ReadModel(model));
  }
  for (const JsonFields& row : json.Objects("disagreements")) {
    production.disagreements.push_back(
        {.what = row.Text("what"), .text = row.Text("text"), .figure = row.Text("figure")});
    row.RefuseOthers();
  }
  for (const JsonFields& row : json.Objects("acceptance")) {
    production.acceptance.push_back(
        {.drafter = row.Text("drafter"),
         .draft_length = static_cast<int32_t>(row.Integer("draft_length", 1, 64)),
         .accepted_length = row.Number("accepted_length", 1, 65),
         .source = row.Text("source")});
    row.RefuseOthers();
  }
  json.RefuseOthers();
  return production;
}

PublishedServing ReadServing(const std::string& path) {
  const JsonFields json = Open(path, "dsbench published serving experiment");
  PublishedServing serving;
  serving.name = json.Text("name");
  serving.source = json.Text("source");
  serving.workload = json.Text("workload");
  serving.shape = ReadShape(json);
  serving.expert_gb_per_device = json.Number("expert_gb_per_device", 0, kMostPublished);
  serving.memory_tb_per_s = json.Number("memory_tb_per_s", 0, kMostPublished);
  for (const JsonFields& row : json.Objects("arms")) {
    PublishedArm arm;
    arm.name = row.Text("name");
    arm.draft_length = static_cast<int32_t>(row.Integer("draft_length", 0, 64));
    arm.accepted_length = row.Number("accepted_length", 1, 65);
    const std::string verifies = row.Text("verifies");
    if (verifies != "fixed" && verifies != "adaptive") {
      row.Refuse("verifies", verifies, "fixed or adaptive");
    }
    arm.adaptive = verifies == "adaptive";
    arm.concurrency = Curve(row, "concurrency");
    arm.user_tokens_per_s = Curve(row, "user_tokens_per_s", &arm.concurrency);
    arm.tokens_per_s = Curve(row, "tokens_per_s", &arm.concurrency);
    row.RefuseOthers();
    serving.arms.push_back(std::move(arm));
  }
  json.RefuseOthers();
  return serving;
}

}  // namespace dsb
