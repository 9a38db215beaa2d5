#include "base/strict_json.h"

#include <cstddef>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {
namespace {

// Counts the bytes that the parser took: its events carry no place.
class CountedBytes {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountedBytes(const char* at, size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountedBytes& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  bool operator==(const CountedBytes& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  size_t* count_;
};

// Receives nlohmann's parse events; throws at the first that breaks a rule.
class StrictEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  StrictEvents(std::string_view text, const std::string& name, const StrictJsonOptions& options)
      : text_(text), name_(name), options_(options) {}

  void Check() {
    const char* const first = text_.data();
    nlohmann::json::sax_parse(CountedBytes(first, &num_taken_),
                              CountedBytes(first + text_.size(), &num_taken_), this);
  }
  [[noreturn]] void Refuse(size_t byte, const std::string& what) const {
    ThrowBadInput(name_ + ": byte " + std::to_string(byte) + ": found " + what);
  }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool number_integer(number_integer_t value) override { return Number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kMost = static_cast<number_unsigned_t>(std::numeric_limits<int64_t>::max());
    return value <= kMost || Number(std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& text) override { return Number(text); }

  bool start_object(size_t) override { return Enter(); }
  bool key(string_t& key) override {
    if (keys_.back().insert(key).second) return true;
    Refuse(num_taken_, "the key " + Quoted(key) + " twice in one object, expected unique keys");
  }
  bool end_object() override { return Leave(); }
  bool start_array(size_t) override { return Enter(); }
  bool end_array() override { return Leave(); }

  bool parse_error(size_t byte, const std::string&,
                   const nlohmann::json::exception& error) override {
    if (dynamic_cast<const nlohmann::json::out_of_range*>(&error) != nullptr) {
      Refuse(byte, "a number out of range, expected a double");
    }
    if (byte > text_.size()) Refuse(byte, "the end of the text, expected JSON");
    constexpr size_t kShown = 20;
    Refuse(byte, "ill-formed text " + Quoted(text_.substr(byte - 1, kShown)) +
                     ", expected JSON in UTF-8");
  }

 private:
  bool Number(const std::string& value) const {
    if (!options_.integers_only) return true;
    Refuse(num_taken_, "the number " + value + ", expected an integer from 0 to 2^63-1");
  }
  bool Enter() {
    keys_.emplace_back();
    if (keys_.size() <= static_cast<size_t>(options_.max_depth)) return true;
    Refuse(num_taken_, "values nested deeper than " + std::to_string(options_.max_depth) +
                           ", expected at most that");
  }
  bool Leave() {
    keys_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::string& name_;
  StrictJsonOptions options_;
  size_t num_taken_ = 0;
  std::vector<std::unordered_set<std::string>> keys_;  // one per open object or array
};

}  // namespace

void CheckStrictJson(std::string_view text, const std::string& name,
                     const StrictJsonOptions& options) {
  StrictEvents events(text, name, options);
  // The parser would take a NUL byte for the end of the text and ignore what follows.
  if (const size_t at = text.find('\0'); at != std::string_view::npos) {
    events.Refuse(at + 1, "a NUL byte, expected JSON");
  }
  events.Check();
}

}  // namespace dsb
