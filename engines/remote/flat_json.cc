#include "engines/remote/flat_json.h"

#include <charconv>

#include "base/error.h"
#include "base/utf8.h"

namespace dsb {
namespace {

// Any number of at most so many digits fits, whatever it is.
constexpr int kMostDigits = 18;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string Unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    const char c = text[++i];
    plain += c == 'n'   ? '\n'
             : c == 't' ? '\t'
             : c == 'r' ? '\r'
             : c == 'b' ? '\b'
             : c == 'f' ? '\f'
                        : c;
  }
  return plain;
}

template <class T>
T Number(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  DSB_CHECK(error == std::errc() && end == text.data() + text.size());
  return value;
}

}  // namespace

FlatValue::Iterator FlatValue::find(std::string_view key) const {
  for (auto at = begin(); at != end(); ++at) {
    if (at->key_ == key) return at;
  }
  return end();
}

template <>
bool FlatValue::get<bool>() const {
  return kind_ == Kind::kTrue;
}
template <>
int64_t FlatValue::get<int64_t>() const {
  return Number<int64_t>(text_);
}
template <>
int32_t FlatValue::get<int32_t>() const {
  return static_cast<int32_t>(Number<int64_t>(text_));
}
template <>
double FlatValue::get<double>() const {
  return Number<double>(text_);
}
template <>
std::string FlatValue::get<std::string>() const {
  return escaped_ ? Unescaped(text_) : std::string(text_);
}

const FlatValue* FlatJson::Read(std::string_view text) {
  at_ = text.data();
  end_ = at_ + text.size();
  num_values_ = 0;
  SkipBlanks();
  if (!TakeValue({}, 0)) return nullptr;
  SkipBlanks();
  return at_ == end_ ? values_.data() : nullptr;
}

void FlatJson::SkipBlanks() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
}

bool FlatJson::Skip(char c) {
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

bool FlatJson::TakeWord(std::string_view word) {
  if (!std::string_view(at_, static_cast<size_t>(end_ - at_)).starts_with(word)) return false;
  at_ += word.size();
  return true;
}

bool FlatJson::TakeString(std::string_view& text, bool& escaped) {
  const char* const first = at_;
  bool ascii = true;
  for (; at_ != end_ && *at_ != '"'; ++at_) {
    const auto c = static_cast<unsigned char>(*at_);
    if (c < 0x20) return false;
    if (c >= 0x80) ascii = false;
    if (c != '\\') continue;
    escaped = true;
    ++at_;
    if (at_ == end_ || std::string_view("\"\\/bfnrt").find(*at_) == std::string_view::npos) {
      return false;  // also \u
    }
  }
  text = {first, static_cast<size_t>(at_ - first)};
  return Skip('"') && (ascii || FindInvalidUtf8(text) == std::string_view::npos);
}

bool FlatJson::TakeNumber(FlatValue& value) {
  const char* const first = at_;
  int num_digits = 0;
  const auto take_digits = [&] {
    const char* const begin = at_;
    while (at_ != end_ && IsDigit(*at_)) ++at_;
    num_digits += static_cast<int>(at_ - begin);
    return at_ != begin;
  };
  Skip('-');
  const bool zero = at_ != end_ && *at_ == '0';
  if (!take_digits() || (zero && num_digits > 1)) return false;
  value.kind_ = FlatValue::Kind::kInteger;
  if (Skip('.')) {
    value.kind_ = FlatValue::Kind::kReal;
    if (!take_digits()) return false;
  }
  value.text_ = {first, static_cast<size_t>(at_ - first)};
  return num_digits <= kMostDigits && (at_ == end_ || (*at_ != 'e' && *at_ != 'E'));
}

bool FlatJson::TakeValue(std::string_view key, int depth) {
  if (num_values_ == kMostValues || depth > kDeepest || at_ == end_) return false;
  FlatValue& value = values_[num_values_++];
  value = {};
  value.key_ = key;
  using Kind = FlatValue::Kind;
  switch (*at_) {
    case '{':
      value.kind_ = Kind::kObject;
      return TakeMembers(value, '}', depth);
    case '[':
      value.kind_ = Kind::kArray;
      return TakeMembers(value, ']', depth);
    case '"':
      ++at_;
      value.kind_ = Kind::kString;
      return TakeString(value.text_, value.escaped_);
    case 'n':
      return TakeWord("null");
    case 't':
      value.kind_ = Kind::kTrue;
      return TakeWord("true");
    case 'f':
      value.kind_ = Kind::kFalse;
      return TakeWord("false");
    default:
      return TakeNumber(value);
  }
}

bool FlatJson::TakeMembers(FlatValue& parent, char close, int depth) {
  ++at_;
  const size_t first = num_values_ - 1;
  SkipBlanks();
  for (bool more = !Skip(close); more;) {
    std::string_view key;
    if (close == '}') {
      bool escaped = false;
      if (!Skip('"') || !TakeString(key, escaped) || escaped) return false;
      parent.span_ = static_cast<uint16_t>(num_values_ - first);
      if (parent.find(key) != parent.end()) return false;  // twice
      SkipBlanks();
      if (!Skip(':')) return false;
      SkipBlanks();
    }
    if (!TakeValue(key, depth + 1)) return false;
    ++parent.num_children_;
    SkipBlanks();
    if (Skip(close)) break;
    if (!Skip(',')) return false;
    SkipBlanks();
  }
  parent.span_ = static_cast<uint16_t>(num_values_ - first);
  return true;
}

}  // namespace dsb
