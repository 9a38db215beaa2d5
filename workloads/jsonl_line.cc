#include "workloads/jsonl_line.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxNameBytes = 200;
constexpr std::string_view kLayout = R"(one object a line like {"id": "a-1", "turns": ["..."]})";

// `text` as it may stand in a message on one line of a terminal.
std::string Quoted(std::string_view text) {
  constexpr size_t kShownBytes = 40;
  std::string shown = "'";
  while (!text.empty() && (text.front() & 0xC0) == 0x80) text.remove_prefix(1);
  for (const char c : text.substr(0, kShownBytes)) {
    shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  while (shown.size() > 1 && text.size() > kShownBytes && (shown.back() & 0x80) != 0) {
    shown.pop_back();  // a character may have been cut
  }
  return shown + (text.size() > kShownBytes ? "...'" : "'");
}

// Accepts exactly the layout; every handler that returns false ends the parse.
class LineHandler : public nlohmann::json_sax<Json> {
 public:
  LineHandler(std::string_view line, JsonlLine* out) : line_(line), out_(out) {}

  const std::string& problem() const { return problem_; }

  bool null() override { return Unexpected("null"); }
  bool boolean(bool /*value*/) override { return Unexpected("a boolean"); }
  bool number_integer(number_integer_t /*value*/) override { return Unexpected("a number"); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return Unexpected("a number"); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return Unexpected("a number");
  }
  bool binary(binary_t& /*value*/) override { return Unexpected("binary data"); }

  bool string(string_t& value) override {
    if (place_ == Place::kTurns) {
      if (value.empty()) {
        return Fail("turn " + std::to_string(out_->turns.size() + 1) +
                    " is empty, expected a non-empty string");
      }
      out_->turns.push_back(std::move(value));
      return true;
    }
    if (place_ != Place::kObject || key_ == "turns") return Unexpected("a string");
    return Name(value);
  }

  bool start_object(size_t /*count*/) override {
    if (place_ != Place::kTop) return Unexpected("an object");
    place_ = Place::kObject;
    return true;
  }
  bool end_object() override {
    if (!turns_seen_) return Fail("key \"turns\" is missing, expected a list of strings");
    place_ = Place::kTop;
    return true;
  }
  bool start_array(size_t /*count*/) override {
    if (place_ != Place::kObject || key_ != "turns") return Unexpected("a list");
    place_ = Place::kTurns;
    return true;
  }
  bool end_array() override {
    if (out_->turns.empty()) return Fail("\"turns\" is empty, expected at least one string");
    place_ = Place::kObject;
    return true;
  }

  bool key(string_t& value) override {
    key_ = value;
    if (key_ == "turns") {
      if (turns_seen_) return Fail("key \"turns\" appears twice");
      turns_seen_ = true;
      return true;
    }
    if (Field() == nullptr) {
      return Fail("unknown key " + Quoted(key_) +
                  ", expected \"turns\", \"id\", \"domain\" or \"dataset\"");
    }
    if (Field()->has_value()) return Fail("key \"" + key_ + "\" appears twice");
    return true;
  }

  bool parse_error(size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    // `position` counts the bytes read, the one that did not fit included.
    const size_t at = std::min(position == 0 ? 0 : position - 1, line_.size());
    const std::string found = at == line_.size() ? "its end" : Quoted(line_.substr(at));
    return Fail("byte " + std::to_string(at + 1) + " of the line: not valid JSON at " + found +
                ", expected " + std::string(kLayout));
  }

 private:
  enum class Place : uint8_t { kTop, kObject, kTurns };

  std::optional<std::string>* Field() {
    if (key_ == "id") return &out_->id;
    if (key_ == "domain") return &out_->domain;
    if (key_ == "dataset") return &out_->dataset;
    return nullptr;
  }

  bool Fail(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool Unexpected(std::string_view found) {
    std::string expected(kLayout);
    std::string where;
    if (place_ == Place::kTurns) {
      where = "turn " + std::to_string(out_->turns.size() + 1) + " is ";
      expected = "a string";
    } else if (place_ == Place::kObject) {
      where = "\"" + key_ + "\" is ";
      expected = key_ == "turns" ? "a list of strings" : "a string";
    }
    return Fail(where + std::string(found) + ", expected " + expected);
  }

  // A value of id, domain or dataset: printed in tables and used as a database key.
  bool Name(string_t& value) {
    const bool has_control = std::any_of(value.begin(), value.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    });
    if (value.empty() || value.size() > kMaxNameBytes || has_control) {
      return Fail("\"" + key_ + "\" is " + Quoted(value) + ", expected 1 to " +
                  std::to_string(kMaxNameBytes) + " bytes without control characters");
    }
    *Field() = std::move(value);
    return true;
  }

  std::string_view line_;
  JsonlLine* out_;
  Place place_ = Place::kTop;
  std::string key_;
  bool turns_seen_ = false;
  std::string problem_;
};

}  // namespace

std::string ParseJsonlLine(std::string_view line, JsonlLine* out) {
  *out = JsonlLine{};
  LineHandler handler(line, out);
  if (!Json::sax_parse(line.begin(), line.end(), &handler)) return handler.problem();
  return {};
}

}  // namespace dsb
