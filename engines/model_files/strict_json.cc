#include "engines/model_files/strict_json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "engines/model_files/quoted.h"

namespace dsb {
namespace {

// Receives nlohmann's parse events; false ends the parse with `failure()` set.
class StrictEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit StrictEvents(const StrictJsonOptions& options) : options_(options) {}
  const std::string& failure() const { return failure_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }

  bool number_integer(number_integer_t value) override {
    return !options_.integers_only ||
           Fail("found the number " + std::to_string(value) + ", expected no negative number");
  }
  bool number_unsigned(number_unsigned_t value) override {
    constexpr auto kMost = static_cast<number_unsigned_t>(std::numeric_limits<int64_t>::max());
    return !options_.integers_only || value <= kMost ||
           Fail("found the integer " + std::to_string(value) + ", expected at most 2^63-1");
  }
  bool number_float(number_float_t, const string_t& text) override {
    return !options_.integers_only ||
           Fail("found the number " + text + ", expected an integer of at most 2^63-1");
  }

  bool start_object(size_t) override {
    keys_.emplace_back();
    return CheckDepth();
  }
  bool key(string_t& name) override {
    return keys_.back().insert(name).second ||
           Fail("found the key " + Quoted(name) + " twice in one object, expected unique keys");
  }
  bool end_object() override { return Leave(); }
  bool start_array(size_t) override {
    keys_.emplace_back();
    return CheckDepth();
  }
  bool end_array() override { return Leave(); }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    if (dynamic_cast<const nlohmann::json::out_of_range*>(&error) != nullptr) {
      return Fail("found a number beyond a double's range at byte " + std::to_string(position));
    }
    return Fail("found ill-formed text at byte " + std::to_string(position) + ", expected JSON");
  }

 private:
  bool Fail(std::string why) {
    failure_ = std::move(why);
    return false;
  }
  bool CheckDepth() {
    return keys_.size() <= static_cast<size_t>(options_.max_depth) ||
           Fail("found values nested deeper than " + std::to_string(options_.max_depth) +
                ", expected at most that");
  }
  bool Leave() {
    keys_.pop_back();
    return true;
  }

  StrictJsonOptions options_;
  std::vector<std::unordered_set<std::string>> keys_;  // one per open object or array
  std::string failure_;
};

}  // namespace

void CheckStrictJson(std::string_view text, const std::string& name,
                     const StrictJsonOptions& options) {
  // The parser would take a NUL byte for the end of the text and ignore what follows.
  if (const size_t at = text.find('\0'); at != std::string_view::npos) {
    ThrowBadInput(name + ": found a NUL byte at byte " + std::to_string(at) + ", expected JSON");
  }
  StrictEvents events(options);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &events)) {
    ThrowBadInput(name + ": " + events.failure());
  }
}

}  // namespace dsb
