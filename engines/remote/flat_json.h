// Small JSON texts, read without an allocation: a server's events are hundreds of bytes, thousands
// a second, nearly all of one plain shape. Takes a text only if the strict parser
// (base/strict_json.h) takes it too and makes the same tree; what it declines is that parser's to
// read or to refuse. Names are nlohmann's, so that one template reads both trees. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dsb {

// A value in a tree that lies flat: what is in it follows it.
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
  Iterator find(std::string_view key) const;  // of an object; end() if it has none

  template <class T>
  T get() const;  // of the kind; the range of int32_t is the caller's check

 private:
  friend class FlatJson;
  enum class Kind : uint8_t { kNull, kTrue, kFalse, kInteger, kReal, kString, kArray, kObject };

  Kind kind_ = Kind::kNull;
  bool escaped_ = false;                   // a string with escapes in it
  uint16_t span_ = 1, num_children_ = 0;   // values from here to its end; its own
  std::string_view key_ = {}, text_ = {};  // in an object; a number or a string, as written
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

class FlatJson {
 public:
  // Null: declined. Else valid until the next Read, and as long as `text`.
  const FlatValue* Read(std::string_view text);

 private:
  static constexpr size_t kMostValues = 80;
  static constexpr int kDeepest = 8;

  bool TakeValue(std::string_view key, int depth);
  bool TakeMembers(FlatValue& parent, char close, int depth);
  bool TakeString(std::string_view& text, bool& escaped);
  bool TakeNumber(FlatValue& value);
  bool TakeWord(std::string_view word);
  void SkipBlanks();
  bool Skip(char c);  // if it comes now

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  size_t num_values_ = 0;
  std::array<FlatValue, kMostValues> values_;
};

}  // namespace dsb
