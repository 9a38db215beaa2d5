#include "workloads/known_forms.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "workloads/foreign_line.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

// How a list names its messages.
struct MessageKeys {
  const char *list, *role, *text;
};
constexpr MessageKeys kChat = {"messages", "role", "content"};
constexpr MessageKeys kShareGpt = {"conversations", "from", "value"};
// Spec-Bench and SPEED-Bench; what of them says nothing of the prompt is passed over.
constexpr std::array kBenchKeys = {"question_id", "category", "sub_category", "turns",
                                   "reference",   "source",   "difficulty",   "multiturn"};

class Line {
 public:
  Line(std::string_view line, std::string place) : line_(line), place_(std::move(place)) {}

  [[noreturn]] void Refuse(const std::string& what) const {
    ThrowBadInput(place_ + ": " + what + ConversionHint(line_));
  }

  void AllowKeys(const Json& object, const auto& keys) const {
    for (const auto& item : object.items()) {
      if (std::find(keys.begin(), keys.end(), item.key()) != keys.end()) continue;
      Refuse("unknown key " + Quoted(item.key()));
    }
  }

  std::string Text(const Json& value, const std::string& what) const {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
      Refuse(what + ": expected a text that is not empty");
    }
    return value.get<std::string>();
  }

  JsonlLine Bench(const Json& object) const {
    AllowKeys(object, kBenchKeys);
    JsonlLine parsed;
    const Json& id = object["question_id"];
    parsed.id = id.is_number_integer() ? id.dump() : Text(id, "\"question_id\"");
    if (object.contains("category")) parsed.domain = Text(object["category"], "\"category\"");
    const Json& turns = object["turns"];
    if (!turns.is_array()) Refuse("\"turns\": expected a list");
    for (const Json& turn : turns) parsed.turns.push_back(Text(turn, "a turn"));
    return Whole(std::move(parsed));
  }

  JsonlLine Messages(const Json& object, const MessageKeys& keys) const {
    AllowKeys(object, std::array{"id", "domain", "dataset", keys.list});
    JsonlLine parsed;
    const auto name = [&](const char* key, std::optional<std::string>& place) {
      if (object.contains(key)) place = Text(object[key], Quoted(key));
    };
    name("id", parsed.id);
    name("domain", parsed.domain);
    name("dataset", parsed.dataset);
    for (const Json& message : object[keys.list]) {
      if (!message.is_object() || !message.contains(keys.role) || !message.contains(keys.text)) {
        Refuse("a message without \"" + std::string(keys.role) + "\" and \"" + keys.text + '"');
      }
      const std::string role = Text(message[keys.role], "a role");
      if (role == "user" || role == "human") {
        parsed.turns.push_back(Text(message[keys.text], "a user's message"));
      } else if (role == "system") {
        Refuse("a system message, which is not played");
      } else if (role != "assistant" && role != "gpt" && role != "chatgpt" && role != "bing") {
        Refuse("unknown role " + Quoted(role));
      }
    }
    return Whole(std::move(parsed));
  }

 private:
  JsonlLine Whole(JsonlLine parsed) const {
    if (parsed.turns.empty()) Refuse("nothing that a user says");
    return parsed;
  }

  const std::string_view line_;
  const std::string place_;
};

bool HasList(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array();
}

}  // namespace

std::optional<JsonlLine> ReadKnownForm(std::string_view line, const std::string& place) {
  const auto object = ParseStrictJson<Json>(line, place);
  if (!object.is_object()) return std::nullopt;
  const Line reader(line, place);
  if (object.contains("question_id") && object.contains("turns")) return reader.Bench(object);
  for (const MessageKeys& keys : {kChat, kShareGpt}) {
    if (HasList(object, keys.list)) return reader.Messages(object, keys);
  }
  return std::nullopt;
}

}  // namespace dsb
