#include "workloads/jsonl_line.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "workloads/foreign_line.h"
#include "workloads/known_forms.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxNameBytes = 200;

// "WHAT is a list, expected EXPECTED", where `value` is of another type.
[[noreturn]] void RefuseType(const Json& value, const std::string& what,
                             const std::string& expected) {
  std::string found = value.type_name();
  if (value.is_array()) found = "list";
  const char* const article = value.is_null() ? "" : value.is_object() ? "an " : "a ";
  ThrowBadInput(what + article + found + ", expected " + expected);
}

std::vector<std::string> Turns(const Json& list, const std::string& place) {
  if (!list.is_array()) RefuseType(list, place + ": \"turns\" is ", "a list of strings");
  if (list.empty()) ThrowBadInput(place + ": \"turns\" is empty, expected at least one string");
  std::vector<std::string> turns;
  for (const Json& turn : list) {
    const std::string where = place + ": turn " + std::to_string(turns.size() + 1) + " is ";
    if (!turn.is_string()) RefuseType(turn, where, "a string");
    turns.push_back(turn.get<std::string>());
    if (turns.back().empty()) ThrowBadInput(where + "empty, expected a non-empty string");
  }
  return turns;
}

// A value of id, domain or dataset: printed in tables and used as a database key.
std::string Name(const Json& value, const std::string& key, const std::string& place) {
  const std::string where = place + ": \"" + key + "\" is ";
  if (!value.is_string()) RefuseType(value, where, "a string");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  auto name = value.get<std::string>();
  if (name.empty() || name.size() > kMaxNameBytes ||
      std::any_of(name.begin(), name.end(), is_control)) {
    ThrowBadInput(where + Quoted(name) + ", expected 1 to " + std::to_string(kMaxNameBytes) +
                  " bytes without control characters");
  }
  return name;
}

// The same of what another form calls so.
void CheckNames(const JsonlLine& line, const std::string& place) {
  if (line.id) Name(*line.id, "id", place);
  if (line.domain) Name(*line.domain, "domain", place);
  if (line.dataset) Name(*line.dataset, "dataset", place);
}

Json ParseLine(std::string_view line, const std::string& place) {
  try {
    return ParseStrictJson<Json>(line, place);
  } catch (const Error& error) {
    if (!line.starts_with('[')) throw;
    ThrowBadInput(error.what() + ConversionHint(line));
  }
}

}  // namespace

JsonlLine ParseJsonlLine(std::string_view line, const std::string& place) {
  const auto object = ParseLine(line, place);
  if (object.is_array()) {
    if (const std::string hint = ConversionHint(line); !hint.empty()) {
      ThrowBadInput(place + ": found a list, expected one object a line" + hint);
    }
  }
  if (!object.is_object()) {
    RefuseType(object, place + ": ", R"(one object a line like {"id": "a-1", "turns": ["..."]})");
  }
  JsonlLine parsed;
  for (const auto& [key, value] : object.items()) {
    if (key == "turns") {
      parsed.turns = Turns(value, place);
    } else if (key == "id") {
      parsed.id = Name(value, key, place);
    } else if (key == "domain") {
      parsed.domain = Name(value, key, place);
    } else if (key == "dataset") {
      parsed.dataset = Name(value, key, place);
    } else if (std::optional<JsonlLine> known = ReadKnownForm(line, place)) {
      CheckNames(*known, place);
      return std::move(*known);
    } else {
      ThrowBadInput(place + ": unknown key " + Quoted(key) +
                    ", expected \"turns\", \"id\", \"domain\" or \"dataset\"" +
                    ConversionHint(line));
    }
  }
  if (parsed.turns.empty()) {
    ThrowBadInput(place + ": key \"turns\" is missing, expected a list of strings");
  }
  return parsed;
}

}  // namespace dsb
