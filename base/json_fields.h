// One JSON object of a file, read by keys that must be there, each of its type; a key that nobody
// asked for is refused. Complaints name file, place and what was expected. For small files of our
// own: the values are copied.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dsb {

class JsonFields {
 public:
  // `text` is one object after the rules of strict_json.h; `name` is what complaints call the file.
  static JsonFields Parse(std::string_view text, const std::string& name);

  std::string Text(const std::string& key) const;
  int64_t Integer(const std::string& key, int64_t least, int64_t most) const;
  double Number(const std::string& key, double least, double most) const;
  std::vector<double> Numbers(const std::string& key, double least, double most) const;
  std::vector<std::string> Texts(const std::string& key) const;
  JsonFields Object(const std::string& key) const;
  std::vector<JsonFields> Objects(const std::string& key) const;  // a list of objects
  // After all that is known has been read: kBadInput naming a key that was not.
  void RefuseOthers() const;
  [[noreturn]] void Refuse(const std::string& key, const std::string& found,
                           const std::string& expected) const;

 private:
  struct Value;
  JsonFields(std::shared_ptr<Value> value, std::string place);

  std::shared_ptr<Value> value_;
  std::string place_;
};

}  // namespace dsb
