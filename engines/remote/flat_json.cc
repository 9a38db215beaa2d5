#include "engines/remote/flat_json.h"

#include <charconv>

#include "base/error.h"
#include "base/utf8.h"

namespace dsb {
namespace {

// Any number of at most so many digits fits, whatever it is.
constexpr int kMostDigits = 18;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Bytes of a string that stand for themselves, and alone.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain = {};
  for (size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool IsPlain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

void AppendUnescaped(std::string_view text, std::string& plain) {
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
}

template <class T>
T Number(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  DSB_CHECK(error == std::errc() && end == text.data() + text.size());
  return value;
}

}  // namespace

template <>
bool FlatValue::get<bool>() const {
  return kind_ == Kind::kTrue;
}
template <>
int64_t FlatValue::get<int64_t>() const {
  return Number<int64_t>(text());
}
template <>
int32_t FlatValue::get<int32_t>() const {
  return static_cast<int32_t>(Number<int64_t>(text()));
}
template <>
double FlatValue::get<double>() const {
  return Number<double>(text());
}
template <>
std::string FlatValue::get<std::string>() const {
  std::string plain;
  AppendTo(plain);
  return plain;
}

void FlatValue::AppendTo(std::string& plain) const {
  if (escaped_) {
    AppendUnescaped(text(), plain);
  } else {
    plain += text();
  }
}

bool FlatValue::Is(std::string_view plain) const {
  return escaped_ ? get<std::string>() == plain : text() == plain;
}

const FlatValue* FlatJson::Read(std::string_view text) {
  at_ = text.data();
  end_ = at_ + text.size();
  num_values_ = 0;
  if (text.size() > UINT32_MAX) return nullptr;
  SkipBlanks();
  if (!TakeValue(at_, 0, 0)) return nullptr;
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

bool FlatJson::TakeString(const char*& text, uint32_t& size, bool& escaped) {
  if (!Skip('"')) return false;
  const char* at = at_;
  bool ascii = true;
  for (; at != end_; ++at) {
    if (IsPlain(*at)) continue;
    if (*at == '"') break;
    if (static_cast<unsigned char>(*at) >= 0x80) {
      ascii = false;
      continue;
    }
    if (*at != '\\') return false;  // a control
    escaped = true;
    ++at;
    if (at == end_ || std::string_view("\"\\/bfnrt").find(*at) == std::string_view::npos) {
      return false;  // also \u
    }
  }
  text = at_;
  size = static_cast<uint32_t>(at - at_);
  at_ = at;
  return Skip('"') && (ascii || FindInvalidUtf8({text, size}) == std::string_view::npos);
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
  value.text_ = first;
  value.text_size_ = static_cast<uint32_t>(at_ - first);
  return num_digits <= kMostDigits && (at_ == end_ || (*at_ != 'e' && *at_ != 'E'));
}

bool FlatJson::TakeValue(const char* key, uint32_t key_size, int depth) {
  if (num_values_ == kMostValues || depth > kDeepest || at_ == end_) return false;
  FlatValue& value = values_[num_values_++];
  using Kind = FlatValue::Kind;
  value.key_ = key;
  value.key_size_ = key_size;
  value.text_ = nullptr;
  value.text_size_ = 0;
  value.span_ = 1;
  value.num_children_ = 0;
  value.kind_ = Kind::kNull;
  value.escaped_ = false;
  switch (*at_) {
    case '{':
      value.kind_ = Kind::kObject;
      return TakeMembers(value, '}', depth);
    case '[':
      value.kind_ = Kind::kArray;
      return TakeMembers(value, ']', depth);
    case '"':
      value.kind_ = Kind::kString;
      return TakeString(value.text_, value.text_size_, value.escaped_);
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
    const char* key = at_;
    uint32_t key_size = 0;
    if (close == '}') {
      bool escaped = false;
      if (!TakeString(key, key_size, escaped) || escaped) return false;
      parent.span_ = static_cast<uint16_t>(num_values_ - first);
      if (parent.find({key, key_size}) != parent.end()) return false;  // twice
      SkipBlanks();
      if (!Skip(':')) return false;
      SkipBlanks();
    }
    if (!TakeValue(key, key_size, depth + 1)) return false;
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
