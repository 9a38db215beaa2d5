#include "engines/model_files/json_config.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/strict_json.h"
#include "base/text_file.h"
#include "engines/model_files/model_folder.h"

namespace dsb {

using nlohmann::json;

constexpr size_t kMaxBytes = size_t{16} << 20;  // tokenizer_config.json may list every added token

struct JsonConfig::Data {
  json object;

  const json* Find(const std::string& key) const {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }
};

JsonConfig::JsonConfig(std::unique_ptr<Data> data, std::string name)
    : data_(std::move(data)), name_(std::move(name)) {}
JsonConfig::~JsonConfig() = default;
JsonConfig::JsonConfig(JsonConfig&&) noexcept = default;

JsonConfig JsonConfig::Read(const std::string& path) {
  return Parse(ReadTextFile(path, kMaxBytes), path);
}

JsonConfig JsonConfig::Read(ModelFolder& folder, const std::string& file) {
  return Parse(std::string(folder.Text(file, kMaxBytes)), folder.PathOf(file));
}

JsonConfig JsonConfig::Parse(const std::string& text, const std::string& name) {
  auto object = ParseStrictJson<json>(text, name);
  if (!object.is_object()) ThrowBadInput(name + ": not a JSON object");
  auto data = std::make_unique<Data>();
  data->object = std::move(object);
  return {std::move(data), name};
}

void JsonConfig::Refuse(const std::string& key, const std::string& found,
                        const std::string& expected) const {
  size_t end = 200;  // a value may be a whole table; not cut inside a character
  while (end < found.size() && (static_cast<unsigned char>(found[end]) & 0xC0u) == 0x80u) --end;
  const std::string shown = found.size() <= end ? found : found.substr(0, end) + "...";
  ThrowBadInput(name_ + ": key " + key + " is " + shown + ", expected " + expected);
}

std::vector<std::string> JsonConfig::Keys() const {
  std::vector<std::string> keys;
  for (const auto& item : data_->object.items()) keys.push_back(item.key());
  return keys;
}

std::string JsonConfig::Value(const std::string& key) const {
  const json* value = data_->Find(key);
  return value == nullptr ? "null" : value->dump();
}

bool JsonConfig::Has(const std::string& key) const { return data_->Find(key) != nullptr; }

void JsonConfig::RefuseNull(std::initializer_list<const char*> keys) const {
  for (const char* key : keys) {
    if (data_->object.contains(key) && !Has(key)) Refuse(key, "null", "a value, or no such key");
  }
}

bool JsonConfig::IsText(const std::string& key) const {
  return Has(key) && data_->Find(key)->is_string();
}

bool JsonConfig::IsList(const std::string& key) const {
  return Has(key) && data_->Find(key)->is_array();
}

int64_t JsonConfig::Count(const std::string& key) const {
  const json* value = data_->Find(key);
  if (value == nullptr) Refuse(key, "missing", "a whole number");
  if (!value->is_number_integer() || *value < 1 || *value > (1 << 20)) {
    Refuse(key, value->dump(), "a whole number, 1 to 1048576");
  }
  return value->get<int64_t>();
}

int64_t JsonConfig::CountOr(const std::string& key, int64_t otherwise) const {
  return Has(key) ? Count(key) : otherwise;
}

int64_t JsonConfig::IntOr(const std::string& key, int64_t otherwise) const {
  const json* value = data_->Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_number_integer()) Refuse(key, value->dump(), "a whole number");
  return value->get<int64_t>();
}

double JsonConfig::Float(const std::string& key) const {
  const json* value = data_->Find(key);
  if (value == nullptr) Refuse(key, "missing", "a number");
  if (!value->is_number()) Refuse(key, value->dump(), "a number");
  return value->get<double>();
}

double JsonConfig::FloatOr(const std::string& key, double otherwise) const {
  return Has(key) ? Float(key) : otherwise;
}

bool JsonConfig::BoolOr(const std::string& key, bool otherwise) const {
  const json* value = data_->Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) Refuse(key, value->dump(), "true or false");
  return value->get<bool>();
}

std::string JsonConfig::StringOr(const std::string& key, const std::string& otherwise) const {
  const json* value = data_->Find(key);
  if (value == nullptr) return otherwise;
  if (!value->is_string()) Refuse(key, value->dump(), "a text");
  return value->get<std::string>();
}

std::vector<int64_t> JsonConfig::Ints(const std::string& key) const {
  const json* value = data_->Find(key);
  if (value == nullptr) Refuse(key, "missing", "a list of whole numbers");
  std::vector<int64_t> result;
  bool good = value->is_array();
  for (const json& element : good ? *value : json::array()) {
    good = good && element.is_number_integer();
    if (good) result.push_back(element.get<int64_t>());
  }
  if (!good) Refuse(key, value->dump(), "a list of whole numbers");
  return result;
}

std::vector<std::string> JsonConfig::Strings(const std::string& key) const {
  const json* value = data_->Find(key);
  if (value == nullptr) Refuse(key, "missing", "a list of texts");
  std::vector<std::string> result;
  bool good = value->is_array();
  for (const json& element : good ? *value : json::array()) {
    good = good && element.is_string();
    if (good) result.push_back(element.get<std::string>());
  }
  if (!good) Refuse(key, value->dump(), "a list of texts");
  return result;
}

std::vector<JsonConfig> JsonConfig::Objects(const std::string& key) const {
  const json* value = data_->Find(key);
  if (value == nullptr) Refuse(key, "missing", "a list of objects");
  if (!value->is_array()) Refuse(key, value->dump(), "a list of objects");
  std::vector<JsonConfig> result;
  for (const json& element : *value) {
    const std::string place = key + "[" + std::to_string(result.size()) + "]";
    if (!element.is_object()) Refuse(place, element.dump(), "an object");
    auto data = std::make_unique<Data>();
    data->object = element;
    result.push_back(JsonConfig(std::move(data), name_ + ": " + place));
  }
  return result;
}

std::optional<JsonConfig> JsonConfig::Object(const std::string& key) const {
  const json* value = data_->Find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) Refuse(key, value->dump(), "an object");
  auto data = std::make_unique<Data>();
  data->object = *value;
  return JsonConfig(std::move(data), name_ + ": " + key);
}

}  // namespace dsb
