// A JSON object read with checks: typed getters that name file, key, found and expected. For
// config.json files.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dsb {

class ModelFolder;

class JsonConfig {
 public:
  // kResource if the file cannot be read, kBadInput if it is not one JSON object
  // that keeps the rules of strict_json.h (unique keys, bounded depth).
  static JsonConfig Read(const std::string& path);
  // A file of a model's folder; its name is in messages whole.
  static JsonConfig Read(ModelFolder& folder, const std::string& file);
  static JsonConfig Parse(const std::string& text, const std::string& name);
  ~JsonConfig();
  JsonConfig(JsonConfig&&) noexcept;

  std::vector<std::string> Keys() const;            // in order, those that are null included
  std::string Value(const std::string& key) const;  // as JSON; null if it is absent
  bool Has(const std::string& key) const;           // present and not null
  // kBadInput naming the first key that is there and null, where no class says what that means.
  void RefuseNull(std::initializer_list<const char*> keys) const;
  bool IsText(const std::string& key) const;    // present and a text
  bool IsList(const std::string& key) const;    // present and a list
  int64_t Count(const std::string& key) const;  // an integer, 1 .. 2^20
  int64_t CountOr(const std::string& key, int64_t otherwise) const;
  int64_t IntOr(const std::string& key, int64_t otherwise) const;
  double Float(const std::string& key) const;
  double FloatOr(const std::string& key, double otherwise) const;
  bool BoolOr(const std::string& key, bool otherwise) const;
  std::string StringOr(const std::string& key, const std::string& otherwise) const;
  std::vector<int64_t> Ints(const std::string& key) const;
  std::vector<std::string> Strings(const std::string& key) const;
  std::optional<JsonConfig> Object(const std::string& key) const;  // none if absent or null
  std::vector<JsonConfig> Objects(const std::string& key) const;   // a list of objects
  [[noreturn]] void Refuse(const std::string& key, const std::string& found,
                           const std::string& expected) const;
  const std::string& name() const { return name_; }

 private:
  struct Data;
  JsonConfig(std::unique_ptr<Data> data, std::string name);
  std::unique_ptr<Data> data_;
  std::string name_;
};

}  // namespace dsb
