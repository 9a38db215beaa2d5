#include "engines/remote/stream_event.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "engines/remote/flat_json.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr int kDeepestEvent = 32;
constexpr int64_t kMostTokens = int64_t{1} << 24;  // of an answer, far beyond any
constexpr size_t kLongestMessage = 300;

// The fields of an event, out of a tree of either parser: nlohmann's, or flat_json.h's for the
// small and plain ones. `AnyJson` is a value of it.

[[noreturn]] void Refuse(std::string_view key, const char* expected) {
  ThrowBadInput("key '" + std::string(key) + "': expected " + expected);
}

template <class AnyJson>
const AnyJson* Find(const AnyJson& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

template <class AnyJson>
std::optional<int64_t> Count(const AnyJson& object, std::string_view key) {
  const AnyJson* const value = Find(object, key);
  if (value == nullptr) return std::nullopt;
  // Beyond int64 the library has it as unsigned or as a real.
  if (!value->is_number_integer() || *value < 0 || *value > kMostTokens) {
    Refuse(key, "a count of tokens");
  }
  return value->template get<int64_t>();
}

template <class AnyJson>
std::optional<double> Milliseconds(const AnyJson& object, std::string_view key) {
  const AnyJson* const value = Find(object, key);
  if (value == nullptr) return std::nullopt;
  const double number = value->is_number() ? value->template get<double>() : -1;
  if (!(number >= 0 && number < 1e12)) Refuse(key, "a time in milliseconds");
  return number;
}

void AppendText(const Json& value, std::string& text) {
  text += value.get_ref<const std::string&>();
}
void AppendText(const FlatValue& value, std::string& text) { value.AppendTo(text); }
bool Is(const Json& value, const char* text) { return value.get_ref<const std::string&>() == text; }
bool Is(const FlatValue& value, const char* text) { return value.Is(text); }

template <class AnyJson>
void AppendText(const AnyJson& object, std::string_view key, std::string& text) {
  const AnyJson* const value = Find(object, key);
  if (value == nullptr) return;
  if (!value->is_string()) Refuse(key, "a string");
  AppendText(*value, text);
}

template <class AnyJson>
std::string Text(const AnyJson& object, std::string_view key) {
  std::string text;
  AppendText(object, key, text);
  return text;
}

template <class AnyJson>
std::vector<int32_t> Ids(const AnyJson& object, std::string_view key) {
  std::vector<int32_t> ids;
  const AnyJson* const value = Find(object, key);
  if (value == nullptr) return ids;
  if (!value->is_array()) Refuse(key, "an array of token ids");
  ids.reserve(value->size());
  for (const AnyJson& id : *value) {
    if (!id.is_number_integer() || id < 0 || id > INT32_MAX) Refuse(key, "an array of token ids");
    ids.push_back(id.template get<int32_t>());
  }
  return ids;
}

template <class AnyJson>
std::vector<int64_t> Counts(const AnyJson& object, std::string_view key) {
  std::vector<int64_t> counts;
  for (const int32_t count : Ids(object, key)) counts.push_back(count);
  return counts;
}

template <class AnyJson>
void ReadTimings(const AnyJson& root, StreamEvent& event) {
  const AnyJson* const timings = Find(root, "timings");
  if (timings == nullptr || !Find(*timings, "predicted_n")) return;
  PassTimings& pass = event.timings.emplace();
  pass.predicted_n = Count(*timings, "predicted_n").value_or(0);
  pass.predicted_ms = Milliseconds(*timings, "predicted_ms").value_or(0);
  pass.prompt_ms = Milliseconds(*timings, "prompt_ms").value_or(0);
  pass.draft_n = Count(*timings, "draft_n").value_or(0);  // absent until the first draft
  pass.accepted_n = Count(*timings, "draft_n_accepted").value_or(0);
}

template <class AnyJson>
void ReadUsage(const AnyJson& root, StreamEvent& event) {
  const AnyJson* const usage = Find(root, "usage");
  if (usage == nullptr) return;
  event.prompt_tokens = Count(*usage, "prompt_tokens");
  event.completion_tokens = Count(*usage, "completion_tokens");
  const AnyJson* const details = Find(*usage, "prompt_tokens_details");
  if (details != nullptr) event.cached_tokens = Count(*details, "cached_tokens");
}

// vLLM's `metrics`, SGLang's `sglext`.
template <class AnyJson>
void ReadMetrics(const AnyJson& root, StreamEvent& event) {
  if (const AnyJson* const metrics = Find(root, "metrics")) {
    event.server_ttft_ms = Milliseconds(*metrics, "time_to_first_token_ms");
    event.server_queue_ms = Milliseconds(*metrics, "queue_time_ms");
    if (const AnyJson* const speculation = Find(*metrics, "speculative_decoding")) {
      SpeculationTotals& totals = event.speculation.emplace();
      totals.steps = Count(*speculation, "num_spec_steps");
      totals.drafted = Count(*speculation, "num_draft_tokens");
      totals.accepted = Count(*speculation, "num_accepted_draft_tokens");
      totals.draft_length = Count(*speculation, "num_spec_tokens");
      totals.step_accepted = Counts(*speculation, "per_step_accepted");
      totals.step_drafted = Counts(*speculation, "per_step_drafted");
      if (totals.step_accepted.size() != totals.step_drafted.size()) {
        Refuse("per_step_drafted", "as many entries as per_step_accepted");
      }
    }
  }
  const AnyJson* const extension = Find(root, "sglext");
  const AnyJson* const details =
      extension == nullptr ? nullptr : Find(*extension, "spec_tokens_details");
  if (details == nullptr) return;
  SpeculationTotals& totals = event.speculation.emplace();
  totals.steps = Count(*details, "spec_verify_ct");
  totals.drafted = Count(*details, "spec_num_proposed_drafts");
  totals.accepted = Count(*details, "spec_num_correct_drafts");
}

template <class AnyJson>
void AppendToolText(const AnyJson& delta, std::string& text) {
  const AnyJson* const calls = Find(delta, "tool_calls");
  if (calls == nullptr || !calls->is_array()) return;
  for (const AnyJson& call : *calls) {
    if (const AnyJson* const function = Find(call, "function")) {
      AppendText(*function, "name", text);
      AppendText(*function, "arguments", text);
    }
  }
}

template <class AnyJson>
void ReadChoice(const AnyJson& choice, StreamEvent& event) {
  if (!choice.is_object()) Refuse("choices", "an array of objects");
  event.has_choice = true;
  if (Count(choice, "index").value_or(0) != 0) {
    Refuse("choices", "one answer in the stream, found a second");
  }
  if (const AnyJson* const delta = Find(choice, "delta")) {
    AppendText(*delta, "reasoning_content", event.text);
    if (event.text.empty()) AppendText(*delta, "reasoning", event.text);
    AppendText(*delta, "content", event.text);
    AppendToolText(*delta, event.text);
  } else {
    AppendText(choice, "text", event.text);
  }
  event.ids = Ids(choice, "token_ids");
  event.finish = Text(choice, "finish_reason");
  if (event.prompt_ids.empty()) event.prompt_ids = Ids(choice, "prompt_token_ids");
}

// llama-server's /completion.
template <class AnyJson>
void ReadNative(const AnyJson& root, StreamEvent& event) {
  event.has_choice = Find(root, "content") != nullptr;
  event.text = Text(root, "content");
  event.ids = Ids(root, "tokens");
  const AnyJson* const stop = Find(root, "stop");
  if (stop == nullptr || !stop->is_boolean() || !stop->template get<bool>()) return;
  const std::string type = Text(root, "stop_type");
  event.finish = type == "limit" ? "length" : type == "eos" || type == "word" ? "stop" : type;
  event.prompt_tokens = Count(root, "tokens_evaluated");
  event.completion_tokens = Count(root, "tokens_predicted");
  event.done = true;  // no [DONE] comes
}

// What an event says; `root` is an object. Throws kBadInput on a value of another form.
template <class AnyJson>
void ReadEvent(const AnyJson& root, StreamEvent& event) {
  ReadUsage(root, event);
  ReadTimings(root, event);
  ReadMetrics(root, event);
  event.prompt_ids = Ids(root, "prompt_token_ids");
  const AnyJson* const choices = Find(root, "choices");
  if (choices == nullptr) {
    ReadNative(root, event);
  } else if (!choices->is_array() || choices->size() > 1) {
    Refuse("choices", "one answer in the stream");
  } else if (!choices->empty()) {
    ReadChoice(choices->front(), event);
  }
}

// Where the server says that something is wrong; null: nowhere.
template <class AnyJson>
const AnyJson* FindError(const AnyJson& root) {
  const AnyJson* const error = Find(root, "error");
  if (error != nullptr) return error;
  const AnyJson* const object = Find(root, "object");
  if (object != nullptr && !object->is_string()) Refuse("object", "a string");
  return object != nullptr && Is(*object, "error") ? &root : Find(root, "detail");
}

std::string ErrorOf(const Json& root) {
  const Json* const error = FindError(root);
  if (error == nullptr) return {};
  std::string text;
  if (error->is_string()) {
    text = error->get<std::string>();
  } else if (const Json* const message = Find(*error, "message");
             message != nullptr && message->is_string()) {
    text = message->get<std::string>();
  } else {
    text = error->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text.empty() ? "an error without a message" : text;
}

std::string Short(std::string text) {
  if (text.size() > kLongestMessage) {
    text.resize(kLongestMessage);
    text += "...";
  }
  return Shown(text);
}

void ReadWithFullParser(std::string_view data, StreamEvent& event) {
  const auto root = ParseStrictJson<Json>(data, "event", {.max_depth = kDeepestEvent});
  if (!root.is_object()) ThrowBadInput("event: expected a JSON object");
  event.error = ErrorOf(root);
  if (event.error.empty()) {
    ReadEvent(root, event);
  } else {
    event.error = "the server says: " + Short(std::move(event.error));
  }
}

}  // namespace

StreamEvent ReadStreamEvent(std::string_view data) {
  StreamEvent event;
  if (data == "[DONE]") {
    event.done = true;
    return event;
  }
  try {
    FlatJson flat;
    const FlatValue* const small = flat.Read(data);
    if (small != nullptr && small->is_object() && FindError(*small) == nullptr) {
      ReadEvent(*small, event);
    } else {
      ReadWithFullParser(data, event);
    }
  } catch (const Error& error) {
    event = {};
    event.error = "unreadable event: " + Short(error.what());
  }
  return event;
}

std::string ErrorText(std::string_view body) {
  try {
    const auto root = ParseStrictJson<Json>(body, "body", {.max_depth = kDeepestEvent});
    if (std::string error = ErrorOf(root); !error.empty()) return Short(std::move(error));
  } catch (const Error&) {
    // Shown as it is.
  }
  return body.empty() ? "no reason given" : Short(std::string(body));
}

}  // namespace dsb
