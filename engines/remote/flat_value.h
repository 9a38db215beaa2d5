// A JSON value in a tree that lies flat, as flat_json.h makes it: what is in it follows it. Names
// are nlohmann's, so that one template reads both trees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dsb {

class FlatValue {
 public:
  class Iterator {
   public:
    explicit Iterator(const FlatValue* at) : at_(at) {}
    const FlatValue& operator*() const { return *at_; }
    const FlatValue* operator->() const { return at_; }
    Iterator& operator++() {
      at_ += at_->span_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const FlatValue* at_;
  };

  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_boolean() const { return kind_ == Kind::kTrue || kind_ == Kind::kFalse; }
  bool is_number() const { return kind_ == Kind::kInteger || kind_ == Kind::kReal; }
  bool is_number_integer() const { return kind_ == Kind::kInteger; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_array() const { return kind_ == Kind::kArray; }
  bool is_object() const { return kind_ == Kind::kObject; }

  // Of an array or an object.
  Iterator begin() const { return Iterator(this + 1); }
  Iterator end() const { return Iterator(this + span_); }
  bool empty() const { return span_ == 1; }
  size_t size() const { return num_children_; }
  const FlatValue& front() const { return this[1]; }
  // Of an object; end() if it has none.
  Iterator find(std::string_view key) const {
    Iterator at = begin();
    while (at != end() && !at->HasKey(key)) ++at;
    return at;
  }

  template <class T>
  T get() const;  // of the kind; the range of int32_t is the caller's check
  // Of a string.
  void AppendTo(std::string& plain) const;
  bool Is(std::string_view plain) const;

 private:
  friend class FlatJson;
  enum class Kind : uint8_t { kNull, kTrue, kFalse, kInteger, kReal, kString, kArray, kObject };

  bool HasKey(std::string_view key) const {
    if (key_size_ != key.size()) return false;
    return key.empty() || (*key_ == key.front() && std::string_view(key_, key_size_) == key);
  }
  std::string_view text() const { return {text_, text_size_}; }

  // Without initial values: of the many that there is room for few are used, and those are set.
  const char *key_, *text_;        // in an object; a number or a string, as written
  uint32_t key_size_, text_size_;  // bytes
  uint16_t span_, num_children_;   // values from here to its end; its own
  Kind kind_;
  bool escaped_;  // a string with escapes in it
};

template <>
bool FlatValue::get<bool>() const;
template <>
int32_t FlatValue::get<int32_t>() const;
template <>
int64_t FlatValue::get<int64_t>() const;
template <>
double FlatValue::get<double>() const;
template <>
std::string FlatValue::get<std::string>() const;

inline bool operator<(const FlatValue& value, int64_t most) { return value.get<int64_t>() < most; }
inline bool operator>(const FlatValue& value, int64_t most) { return value.get<int64_t>() > most; }

}  // namespace dsb
