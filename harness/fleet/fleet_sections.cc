#include "harness/fleet/fleet_sections.h"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/json_fields.h"
#include "base/sha256.h"
#include "base/text_file.h"
#include "base/whole_file.h"
#include "harness/machine/environment.h"

namespace dsb {
namespace {

using Json = nlohmann::ordered_json;
constexpr size_t kMostFileBytes = size_t{1} << 30;
// At most a second's work is lost, and at most a twentieth of the time goes into writing.
constexpr int64_t kWriteEveryNs = 1'000'000'000, kWorkPerWriting = 20;

// One member after the other, for writing and reading alike.
constexpr std::pair<const char*, int64_t FleetSums::*> kSums[] = {
    {"requests", &FleetSums::requests},
    {"tokens", &FleetSums::tokens},
    {"rounds", &FleetSums::rounds},
    {"verified_tokens", &FleetSums::verified_tokens},
    {"steps", &FleetSums::steps},
    {"busy_ns", &FleetSums::busy_ns},
    {"span_ns", &FleetSums::span_ns},
    {"decode_ns", &FleetSums::decode_ns},
    {"decode_tokens", &FleetSums::decode_tokens},
};

Json HistogramJson(const TimeHistogram& histogram) {
  Json pairs = Json::array();
  for (size_t i = 0; i < histogram.counts().size(); ++i) {
    if (histogram.counts()[i] == 0) continue;
    pairs.push_back({{"bucket", i}, {"count", histogram.counts()[i]}});
  }
  return pairs;
}

TimeHistogram ReadHistogram(const JsonFields& json, const std::string& key) {
  std::vector<int64_t> counts(TimeHistogram().counts().size());
  for (const JsonFields& pair : json.Objects(key)) {
    const int64_t bucket = pair.Integer("bucket", 0, static_cast<int64_t>(counts.size()) - 1);
    counts[static_cast<size_t>(bucket)] = pair.Integer("count", 1, INT64_MAX);
    pair.RefuseOthers();
  }
  return TimeHistogram::FromCounts(std::move(counts));
}

Json SumsJson(int64_t section, const FleetSums& sums) {
  Json json = {{"section", section}};
  for (const auto& [key, member] : kSums) json[key] = sums.*member;
  json["ttft"] = HistogramJson(sums.ttft);
  json["e2e"] = HistogramJson(sums.e2e);
  return json;
}

// Tells acceptance models apart by what they do: a results file of the same name may have other
// rounds in it by now.
std::string DrawsOf(const AcceptanceModel& model) {
  constexpr uint32_t kRequests = 1024, kRounds = 4;
  std::string text;
  std::vector<float> confidence(static_cast<size_t>(model.draft_length()));
  for (uint32_t request = 0; request < kRequests; ++request) {
    text += std::to_string(model.AnswerTokens(0, request).value_or(0));
    for (uint32_t round = 0; round < kRounds; ++round) {
      const RoundKey key = {.seed = 0, .request = request, .round = round};
      text += ' ' + std::to_string(model.Draw(key, confidence));
      if (!model.has_confidence()) continue;
      for (const float c : confidence) text += ' ' + std::to_string(std::bit_cast<uint32_t>(c));
    }
    text += '\n';
  }
  return Sha256Hex(text);
}

}  // namespace

std::string FleetIdentity(const FleetCommandOptions& o, const std::string& table,
                          const AcceptanceModel* acceptance) {
  const BuildRecord build = CaptureBuild("");
  const Json json = {{"program", build.version + ' ' + build.git_commit},
                     {"table", Sha256Hex(table)},
                     {"acceptance", acceptance == nullptr ? "" : DrawsOf(*acceptance)},
                     {"policy", o.policy},
                     {"draft_length", o.draft_length},
                     {"replicas", o.replicas},
                     {"concurrency", o.concurrency},
                     {"router", o.router},
                     {"rate", o.rate},
                     {"requests", o.requests},
                     {"section_requests", o.section_requests},
                     {"prompt", o.prompt_tokens},
                     {"answer", o.answer_tokens},
                     {"prefill_rate", o.prefill_rate},
                     {"seed", o.seed}};
  return Sha256Hex(json.dump());
}

FleetSections::FleetSections(const FleetCommandOptions& options, std::string identity)
    : options_(options), identity_(std::move(identity)) {
  const int64_t size = options.section_requests;
  done_.resize(static_cast<size_t>((options.requests + size - 1) / size));
  if (options.resume) Read();
}

std::vector<int64_t> FleetSections::Missing() const {
  std::vector<int64_t> missing;
  for (size_t i = 0; i < done_.size(); ++i) {
    if (!done_[i]) missing.push_back(static_cast<int64_t>(i));
  }
  return missing;
}

void FleetSections::Finish(int64_t section, FleetSums sums) {
  const std::lock_guard lock(mutex_);
  done_[static_cast<size_t>(section)] = std::move(sums);
  written_ = false;
  if (clock_.NowNs() >= next_write_ns_) Keep();
}

void FleetSections::Keep() {
  if (written_ || options_.output.empty()) return;
  const int64_t start_ns = clock_.NowNs();
  Write();
  written_ = true;
  const int64_t now_ns = clock_.NowNs();
  next_write_ns_ = now_ns + std::max(kWriteEveryNs, kWorkPerWriting * (now_ns - start_ns));
}

FleetSums FleetSections::Total() const {
  FleetSums total;
  for (const std::optional<FleetSums>& sums : done_) total.Add(*sums);
  return total;
}

void FleetSections::Write() const {
  Json list = Json::array();
  for (size_t i = 0; i < done_.size(); ++i) {
    if (done_[i]) list.push_back(SumsJson(static_cast<int64_t>(i), *done_[i]));
  }
  WriteWholeFile(options_.output, Json{{"format", kFleetFormat},
                                       {"version", 1},
                                       {"clock", "virtual"},
                                       {"identity", identity_},
                                       {"sections", std::move(list)}}
                                          .dump() +
                                      '\n');
}

void FleetSections::Read() {
  std::error_code ignored;
  if (!std::filesystem::exists(options_.output, ignored)) {
    ThrowResource("--resume: no file '" + options_.output +
                  "' to go on with (leave --resume out to start one)");
  }
  const JsonFields json =
      JsonFields::Parse(ReadTextFile(options_.output, kMostFileBytes), options_.output);
  if (json.Text("format") != kFleetFormat) json.Refuse("format", json.Text("format"), kFleetFormat);
  json.Integer("version", 1, 1);
  json.Text("clock");
  if (json.Text("identity") != identity_) {
    json.Refuse("identity", "another run's",
                "a file of this command with the same options, cost table, rounds and program");
  }
  for (const JsonFields& row : json.Objects("sections")) {
    const int64_t section = row.Integer("section", 0, static_cast<int64_t>(done_.size()) - 1);
    if (done_[static_cast<size_t>(section)]) {
      row.Refuse("section", std::to_string(section) + " once more", "each section once");
    }
    FleetSums sums;
    for (const auto& [key, member] : kSums) sums.*member = row.Integer(key, 0, INT64_MAX);
    sums.ttft = ReadHistogram(row, "ttft");
    sums.e2e = ReadHistogram(row, "e2e");
    row.RefuseOthers();
    done_[static_cast<size_t>(section)] = std::move(sums);
  }
  json.RefuseOthers();
}

}  // namespace dsb
