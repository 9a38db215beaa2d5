#include "base/json_fields.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

std::string Shortest(double value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace

struct JsonFields::Value {
  Json json;
  std::set<std::string> read = {};

  const Json& At(const std::string& place, const std::string& key) {
    const auto found = json.find(key);
    if (found == json.end()) ThrowBadInput(place + ": key " + Quoted(key) + " is missing");
    read.insert(key);
    return *found;
  }
};

JsonFields::JsonFields(std::shared_ptr<Value> value, std::string place)
    : value_(std::move(value)), place_(std::move(place)) {
  if (!value_->json.is_object()) {
    ThrowBadInput(place_ + ": expected an object, found " + value_->json.type_name());
  }
}

JsonFields JsonFields::Parse(std::string_view text, const std::string& name) {
  return {std::make_shared<Value>(Value{ParseStrictJson<Json>(text, name)}), name};
}

void JsonFields::Refuse(const std::string& key, const std::string& found,
                        const std::string& expected) const {
  ThrowBadInput(place_ + ": " + key + ": found " + found + ", expected " + expected);
}

std::string JsonFields::Text(const std::string& key) const {
  const Json& json = value_->At(place_, key);
  if (!json.is_string()) Refuse(key, json.type_name(), "a string");
  return json.get<std::string>();
}

int64_t JsonFields::Integer(const std::string& key, int64_t least, int64_t most) const {
  const Json& json = value_->At(place_, key);
  const bool fits = json.is_number_integer() &&
                    !(json.is_number_unsigned() && json.get<uint64_t>() > uint64_t{INT64_MAX});
  const int64_t value = fits ? json.get<int64_t>() : 0;
  if (!fits || value < least || value > most) {
    Refuse(key, json.dump(),
           "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

double JsonFields::Number(const std::string& key, double least, double most) const {
  const Json& json = value_->At(place_, key);
  const double value = json.is_number() ? json.get<double>() : 0;
  if (!json.is_number() || !(value >= least && value <= most)) {
    Refuse(key, json.dump(), "a number from " + Shortest(least) + " to " + Shortest(most));
  }
  return value;
}

std::vector<double> JsonFields::Numbers(const std::string& key, double least, double most) const {
  const Json& json = value_->At(place_, key);
  if (!json.is_array()) Refuse(key, json.type_name(), "a list of numbers");
  std::vector<double> numbers;
  for (const Json& item : json) {
    const double value = item.is_number() ? item.get<double>() : 0;
    if (!item.is_number() || !(value >= least && value <= most)) {
      Refuse(key + "[" + std::to_string(numbers.size()) + "]", item.dump(),
             "a number from " + Shortest(least) + " to " + Shortest(most));
    }
    numbers.push_back(value);
  }
  return numbers;
}

std::vector<std::string> JsonFields::Texts(const std::string& key) const {
  const Json& json = value_->At(place_, key);
  if (!json.is_array()) Refuse(key, json.type_name(), "a list of strings");
  std::vector<std::string> texts;
  for (const Json& item : json) {
    if (!item.is_string()) Refuse(key, item.dump(), "a list of strings");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

JsonFields JsonFields::Object(const std::string& key) const {
  return {std::make_shared<Value>(Value{value_->At(place_, key)}), place_ + ": " + key};
}

std::vector<JsonFields> JsonFields::Objects(const std::string& key) const {
  const Json& json = value_->At(place_, key);
  if (!json.is_array()) Refuse(key, json.type_name(), "a list of objects");
  std::vector<JsonFields> objects;
  for (const Json& item : json) {
    objects.push_back({std::make_shared<Value>(Value{item}),
                       place_ + ": " + key + "[" + std::to_string(objects.size()) + "]"});
  }
  return objects;
}

void JsonFields::RefuseOthers() const {
  for (const auto& item : value_->json.items()) {
    if (!value_->read.contains(item.key())) {
      ThrowBadInput(place_ + ": unknown key " + Quoted(item.key()));
    }
  }
}

}  // namespace dsb
