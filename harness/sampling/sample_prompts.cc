#include "harness/sampling/sample_prompts.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unordered_set>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "base/text_file.h"
#include "workloads/foreign_line.h"

namespace dsb {
namespace {

using nlohmann::json;

constexpr size_t kMaxBytes = size_t{1} << 30;

class Line {
 public:
  Line(const std::string& path, int64_t number, const std::string& text)
      : place_(path + ":" + std::to_string(number)), object_(ParseStrictJson<json>(text, place_)) {
    if (!object_.is_object()) Refuse("expected one JSON object a line");
    for (const auto& [key, value] : object_.items()) {
      if (key != "id" && key != "domain" && key != "turns" && key != "text" &&
          key != "temperature" && key != "top_p" && key != "max_tokens") {
        Refuse("unknown key " + Quoted(key) +
               ", expected id, domain, turns or text, temperature, top_p, max_tokens" +
               ConversionHint(text, true));
      }
    }
  }

  [[noreturn]] void Refuse(const std::string& what) const { ThrowBadInput(place_ + ": " + what); }

  std::string Text(const char* key, bool required) const {
    const auto found = object_.find(key);
    if (found == object_.end() && !required) return {};
    const bool good = found != object_.end() && found->is_string() &&
                      (!required || !found->get_ref<const std::string&>().empty());
    if (!good) Refuse("key " + std::string(key) + ": expected a non-empty string");
    return found->get<std::string>();
  }

  std::string FirstTurn() const {
    const auto found = object_.find("turns");
    if (found == object_.end() || !found->is_array() || found->empty() ||
        !found->front().is_string() || found->front().get_ref<const std::string&>().empty()) {
      Refuse("key turns: expected a list of non-empty strings");
    }
    return found->front().get<std::string>();
  }

  int64_t NumTurns() const { return static_cast<int64_t>(object_.at("turns").size()); }

  int32_t Integer(const char* key, int32_t otherwise, int32_t lowest, int32_t highest) const {
    const double value = Number(key, otherwise, lowest, highest);
    if (value != std::floor(value)) {
      Refuse("key " + std::string(key) + " is " + object_.at(key).dump() +
             ", expected a whole number");
    }
    return static_cast<int32_t>(value);
  }

  double Number(const char* key, double otherwise, double lowest, double highest) const {
    const auto found = object_.find(key);
    if (found == object_.end()) return otherwise;
    if (!found->is_number() || !(found->get<double>() >= lowest) ||
        !(found->get<double>() <= highest)) {
      Refuse("key " + std::string(key) + " is " + found->dump() + ", expected a number from " +
             json(lowest).dump() + " to " + json(highest).dump());
    }
    return found->get<double>();
  }

 private:
  std::string place_;
  json object_;
};

}  // namespace

std::vector<SamplePrompt> ReadSamplePrompts(const std::string& path,
                                            const SampleDefaults& defaults) {
  std::istringstream file(ReadTextFile(path, kMaxBytes));
  std::vector<SamplePrompt> prompts;
  std::unordered_set<std::string> seen;
  std::string text;
  for (int64_t number = 1; std::getline(file, text); ++number) {
    const Line line(path, number, text);
    SamplePrompt& prompt = prompts.emplace_back();
    prompt.id = line.Text("id", true);
    if (!seen.insert(prompt.id).second)
      line.Refuse("key id: " + Quoted(prompt.id) + " is used twice");
    prompt.domain = line.Text("domain", false);
    prompt.text = defaults.raw ? line.Text("text", true) : line.FirstTurn();
    prompt.temperature = line.Number("temperature", defaults.temperature, 0, 100);
    prompt.top_p = line.Number("top_p", defaults.top_p, 1e-6, 1);
    prompt.max_tokens = line.Integer("max_tokens", defaults.max_tokens, 1, 1'000'000);
    if (!defaults.raw) prompt.num_later_turns = line.NumTurns() - 1;
    prompt.random_id = static_cast<uint64_t>(number);
  }
  if (prompts.empty()) ThrowBadInput(path + ": no lines, expected one JSON object a line");
  return prompts;
}

}  // namespace dsb
