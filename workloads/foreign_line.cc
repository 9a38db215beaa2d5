#include "workloads/foreign_line.h"

#include <nlohmann/json.hpp>

namespace dsb {
namespace {

using Json = nlohmann::json;

// A form as Python: of one object `o`, its user messages, and what it is called and about.
struct Form {
  std::string name, turns, id, domain;
};

bool IsMessage(const Json& value, const char* role, const char* text) {
  return value.is_object() && value.contains(role) && value.contains(text);
}

bool IsListOf(const Json& object, const char* key, const char* role, const char* text) {
  const auto list = object.find(key);
  return list != object.end() && list->is_array() && !list->empty() &&
         IsMessage(list->front(), role, text);
}

std::string UserTurns(const std::string& key, const char* role, const char* text) {
  return "[m[\"" + std::string(text) + "\"] for m in o[\"" + key + "\"] if m[\"" + role +
         "\"] in (\"user\",\"human\")]";
}

Form FormOf(const Json& object) {
  Form form;
  for (const char* key : {"id", "question_id", "task_id"}) {
    if (form.id.empty() && object.contains(key)) {
      form.id = "str(o[\"" + std::string(key) + "\"])";
    }
  }
  for (const char* key : {"domain", "category"}) {
    if (form.domain.empty() && object.contains(key) && object[key].is_string()) {
      form.domain = "o[\"" + std::string(key) + "\"]";
    }
  }
  if (object.contains("turns") && object["turns"].is_array()) {
    form.name = object.contains("question_id") ? "Spec-Bench's form" : "a form with other keys";
    const auto& turns = object["turns"];
    form.turns = !turns.empty() && IsMessage(turns.front(), "role", "content")
                     ? UserTurns("turns", "role", "content")
                     : "o[\"turns\"]";
    return form;
  }
  if (IsListOf(object, "conversations", "from", "value")) {
    form.name = "ShareGPT's form";
    form.turns = UserTurns("conversations", "from", "value");
    return form;
  }
  for (const char* key : {"messages", "prompt", "conversations", "conversation"}) {
    if (!IsListOf(object, key, "role", "content")) continue;
    form.name = "chat messages";
    form.turns = UserTurns(key, "role", "content");
    return form;
  }
  if (object.contains("instruction") && object.contains("input")) {
    form.name = "Alpaca's form";
    form.turns = "[(o[\"instruction\"]+\"\\n\"+o[\"input\"]).strip()]";
    return form;
  }
  for (const char* key :
       {"prompt", "question", "instruction", "problem", "query", "input", "text"}) {
    if (!object.contains(key) || !object[key].is_string()) continue;
    form.name = "prompts under the key \"" + std::string(key) + '"';
    form.turns = "[o[\"" + std::string(key) + "\"]]";
    return form;
  }
  return form;
}

std::string Command(const Form& form, bool is_array, bool ids) {
  std::string object = "\"turns\":" + form.turns;
  std::string id = form.id;
  if (id.empty() && ids) id = "str(i)";
  if (!form.domain.empty()) object = "\"domain\":" + form.domain + ',' + object;
  if (!id.empty()) object = "\"id\":" + id + ',' + object;
  const std::string lines = is_array ? "json.load(sys.stdin)" : "map(json.loads,sys.stdin)";
  const std::string loop = ids ? "for i,o in enumerate(" + lines + ",1)" : "for o in " + lines;
  return "python3 -c 'import json,sys;[print(json.dumps({" + object + "})) " + loop + "]' <OLD." +
         (is_array ? "json" : "jsonl") + " >NEW.jsonl";
}

}  // namespace

std::string ConversionHint(std::string_view line, bool ids) {
  const Json whole = Json::parse(line.begin(), line.end(), nullptr, false);
  const bool is_array = whole.is_array() || (whole.is_discarded() && line.starts_with('['));
  if (whole.is_discarded() && is_array) {
    return "; this looks like one JSON array and not a line for each object, to split it: python3 "
           "-c 'import json,sys;[print(json.dumps(o)) for o in json.load(sys.stdin)]' <OLD.json "
           ">NEW.jsonl";
  }
  const Json& first = whole.is_array() && !whole.empty() ? whole.front() : whole;
  if (!first.is_object()) return "";
  const Form form = FormOf(first);
  if (form.turns.empty()) return "";
  return "; this looks like " + form.name +
         ", to convert it: " + Command(form, whole.is_array(), ids);
}

}  // namespace dsb
