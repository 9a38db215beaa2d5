#include "engines/scheduling/calibration.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json_fields.h"
#include "base/logistic.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCalibrationFormat = "dsbench calibration";
constexpr int64_t kCalibrationVersion = 2;  // 2: with mean_confidence
constexpr int64_t kMostCount = int64_t{1} << 40;
constexpr int64_t kLongestBlock = 64;
constexpr double kMostTemperature = 64;

CalibratedFigure ReadFigure(const JsonFields& json, const std::string& key) {
  const std::vector<double> numbers = json.Numbers(key, 0, 1);
  if (numbers.empty()) return {};
  if (numbers.size() != 1 && numbers.size() != 3) {
    json.Refuse(key, std::to_string(numbers.size()) + " numbers",
                "none, a value, or a value and its interval");
  }
  CalibratedFigure figure{.value = numbers[0], .lo = {}, .hi = {}};
  if (numbers.size() == 3) figure.lo = numbers[1], figure.hi = numbers[2];
  return figure;
}

Json ToJson(const CalibratedFigure& figure) {
  Json json = Json::array();
  if (!figure.value) return json;
  json.push_back(*figure.value);
  if (figure.lo && figure.hi) json.insert(json.end(), {*figure.lo, *figure.hi});
  return json;
}

struct NamedFigure {
  const char* key;
  CalibratedFigure CalibratedPosition::*figure;
};
constexpr NamedFigure kFigures[] = {{"ece_before", &CalibratedPosition::ece_before},
                                    {"ece_after", &CalibratedPosition::ece_after},
                                    {"brier_before", &CalibratedPosition::brier_before},
                                    {"brier_after", &CalibratedPosition::brier_after},
                                    {"auc_before", &CalibratedPosition::auc_before},
                                    {"auc_after", &CalibratedPosition::auc_after}};

struct NamedText {
  const char* key;
  std::string Calibration::*text;
};
constexpr NamedText kTexts[] = {{"target_sha256", &Calibration::target_sha256},
                                {"weights", &Calibration::weights},
                                {"drafter", &Calibration::drafter},
                                {"drafter_sha256", &Calibration::drafter_sha256},
                                {"drafter_weights", &Calibration::drafter_weights},
                                {"confidence", &Calibration::confidence},
                                {"workload", &Calibration::workload},
                                {"workload_sha256", &Calibration::workload_sha256}};

CalibratedPosition ReadPosition(const JsonFields& json) {
  CalibratedPosition position;
  position.rounds = json.Integer("rounds", 0, kMostCount);
  position.temperature = json.Number("temperature", 1 / kMostTemperature, kMostTemperature);
  position.mean_confidence = json.Number("mean_confidence", 0, 1);
  for (const NamedFigure& named : kFigures) position.*named.figure = ReadFigure(json, named.key);
  json.RefuseOthers();
  return position;
}

}  // namespace

std::vector<double> Calibration::temperatures() const {
  std::vector<double> all;
  for (const CalibratedPosition& position : positions) all.push_back(position.temperature);
  return all;
}

std::vector<double> Calibration::mean_confidences() const {
  std::vector<double> all;
  for (const CalibratedPosition& position : positions) all.push_back(position.mean_confidence);
  return all;
}

Calibration ParseCalibration(const std::string& text, const std::string& name) {
  const JsonFields json = JsonFields::Parse(text, name);
  if (const std::string format = json.Text("format"); format != kCalibrationFormat) {
    json.Refuse("format", '"' + format + '"', std::string("\"") + kCalibrationFormat + '"');
  }
  json.Integer("version", kCalibrationVersion, kCalibrationVersion);
  Calibration calibration;
  for (const NamedText& named : kTexts) calibration.*named.text = json.Text(named.key);
  calibration.draft_length = json.Integer("draft_length", 1, kLongestBlock);
  calibration.sampling_temperature = json.Number("sampling_temperature", 0, 100);
  calibration.prompts = json.Integer("prompts", 0, kMostCount);
  calibration.rounds = json.Integer("rounds", 0, kMostCount);
  calibration.items = json.Texts("items");
  for (const JsonFields& position : json.Objects("positions")) {
    calibration.positions.push_back(ReadPosition(position));
  }
  const auto count = static_cast<int64_t>(calibration.positions.size());
  if (count != calibration.draft_length) {
    json.Refuse("positions", std::to_string(count),
                std::to_string(calibration.draft_length) + ", the draft length");
  }
  json.RefuseOthers();
  return calibration;
}

std::string CalibrationToJson(const Calibration& calibration) {
  Json json = {{"format", kCalibrationFormat}, {"version", kCalibrationVersion}};
  for (const NamedText& named : kTexts) json[named.key] = calibration.*named.text;
  json["draft_length"] = calibration.draft_length;
  json["sampling_temperature"] = calibration.sampling_temperature;
  json["prompts"] = calibration.prompts;
  json["rounds"] = calibration.rounds;
  json["positions"] = Json::array();
  for (const CalibratedPosition& position : calibration.positions) {
    Json row = {{"rounds", position.rounds},
                {"temperature", position.temperature},
                {"mean_confidence", position.mean_confidence}};
    for (const NamedFigure& named : kFigures) row[named.key] = ToJson(position.*named.figure);
    json["positions"].push_back(std::move(row));
  }
  json["items"] = calibration.items;
  return json.dump(1) + "\n";
}

std::optional<std::string> CalibrationMismatch(const Calibration& calibration,
                                               const Calibration& run) {
  for (const NamedText& named : kTexts) {
    if (std::string_view(named.key).starts_with("workload")) continue;
    const std::string &has = calibration.*named.text, &wanted = run.*named.text;
    if (has == wanted) continue;
    return std::string(named.key) + ": the calibration has " + has + ", the run " + wanted;
  }
  if (calibration.draft_length >= run.draft_length) return std::nullopt;
  return "draft_length: the calibration has " + std::to_string(calibration.draft_length) +
         ", the run drafts " + std::to_string(run.draft_length);
}

double Scaled(double confidence, double temperature) {
  return Sigmoid(LogitOf(confidence) / temperature);
}

}  // namespace dsb
