#include "harness/options/option.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/trimmed.h"
#include "base/utf8.h"

namespace dsb {
namespace {

template <typename T>
constexpr bool kIsVector = false;
template <typename T>
constexpr bool kIsVector<std::vector<T>> = true;

bool Parse(const std::string& text, std::string& value) {
  value = text;
  return true;
}
bool Parse(const std::string& text, double& value) {
  const std::optional<double> number = ParseNumber(text);
  if (number) value = *number;
  return number.has_value();
}
template <typename Integer>
bool Parse(const std::string& text, Integer& value) {
  const std::optional<int64_t> number = ParseInteger(text);
  if (!number || !std::in_range<Integer>(*number)) return false;
  value = static_cast<Integer>(*number);
  return true;
}

std::string Text(bool /*value*/) { return ""; }  // a default is off
std::string Text(const std::string& value) { return value; }
std::string Text(double value) {
  const double size = std::abs(value);
  const bool short_enough = size == 0 || (size >= 1e-6 && size < 1e15);
  const auto format = short_enough ? std::chars_format::fixed : std::chars_format::general;
  char text[64];
  return {text, std::to_chars(std::begin(text), std::end(text), value, format).ptr};
}
template <typename Integer>
std::string Text(Integer value) {
  return std::to_string(value);
}
template <typename T>
std::string Text(const std::vector<T>& values) {
  std::string list;
  for (const T& value : values) list += (list.empty() ? "" : ",") + Text(value);
  return list;
}

void Split(const Option& option, const std::string& text, std::vector<std::string>& items) {
  std::error_code ignored;
  if (option.path == PathForm::kPlain && std::filesystem::exists(text, ignored)) {
    items.push_back(text);
    return;
  }
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    std::string item(Trimmed(text.substr(at, end - at)));
    // "none, dspark" without quotes comes as two arguments, the first with the comma at its end.
    const bool at_end = end == text.size() && at > 0;
    if (!item.empty() || !at_end) items.push_back(std::move(item));
    at = end + 1;
  }
}

struct Copy {
  RunConfig& config;

  template <typename From, typename To>
  void operator()(const From* value, To RunConfig::*member) const {
    constexpr bool kWidens = std::is_same_v<From, int32_t> && std::is_same_v<To, int64_t>;
    if constexpr (std::is_same_v<From, To> || kWidens) {
      config.*member = *value;
    } else {
      DSB_CHECK(false);
    }
  }
  template <typename From>
  void operator()(const From* /*value*/, NotStored /*stored*/) const {}
  template <typename From>
  void operator()(const From* /*value*/, AsFound /*stored*/) const {}
};

}  // namespace

const char* OptionGroupName(OptionGroup group) {
  constexpr const char* kNames[] = {"Options",   "Model and drafters", "Workload and sampling",
                                    "Execution", "Simulated engine",   "Results",
                                    ""};
  return kNames[static_cast<size_t>(group)];
}

std::vector<Option> OptionsOf(SharedBy command, std::vector<Option> all) {
  std::erase_if(all, [&](const Option& option) { return (option.shared_by & command) == 0; });
  std::stable_sort(all.begin(), all.end(),
                   [](const Option& a, const Option& b) { return a.group < b.group; });
  return all;
}

void SetOption(const Option& option, const std::vector<std::string>& texts) {
  const std::string name = (option.positional ? "" : "--") + option.name;
  std::vector<std::string> items = texts;
  if (IsSplit(option)) {
    items.clear();
    for (const std::string& text : texts) Split(option, text, items);
  }
  for (const std::string& item : items) {
    std::string complaint;
    if (FindInvalidUtf8(item) != std::string::npos) complaint = "expected UTF-8";
    if (complaint.empty() && !option.choices.empty()) complaint = OneOf(option.choices)(item);
    if (complaint.empty() && option.check) complaint = option.check(item);
    if (!complaint.empty()) ThrowBadInput(name + ": " + complaint);
  }
  if (!SetValue(option.value, items)) {
    ThrowBadInput(name + ": expected " + option.value_name + ", found '" +
                  (items.empty() ? "" : items.front()) + "'");
  }
}

bool SetValue(const OptionValue& value, const std::vector<std::string>& texts) {
  const auto set = [&]<typename T>(T* place) {
    if constexpr (std::is_same_v<T, bool>) {
      return false;  // a flag has no text
    } else if constexpr (kIsVector<T>) {
      place->clear();
      return std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
        return Parse(text, place->emplace_back());
      });
    } else {
      return texts.size() == 1 && Parse(texts.front(), *place);
    }
  };
  return std::visit(set, value);
}

std::string DefaultText(const OptionValue& value) {
  return std::visit([](const auto* place) { return Text(*place); }, value);
}

std::vector<std::string> ValueTexts(const OptionValue& value) {
  const auto texts = []<typename T>(const T* place) -> std::vector<std::string> {
    if constexpr (std::is_same_v<T, bool>) {
      return *place ? std::vector<std::string>{"true"} : std::vector<std::string>{};
    } else if constexpr (kIsVector<T>) {
      std::vector<std::string> list;
      for (const auto& element : *place) list.push_back(Text(element));
      return list;
    } else {
      return {Text(*place)};
    }
  };
  return std::visit(texts, value);
}

std::string PathIn(PathForm form, const std::string& text) {
  std::error_code ignored;
  switch (form) {
    case PathForm::kNone:
    case PathForm::kUrl:
      return "";
    case PathForm::kPlain:
      return text;
    case PathForm::kAcceptance: {
      const size_t equals = text.find('=');
      const bool has_arm = equals < text.find('/') && !std::filesystem::exists(text, ignored);
      const std::string what = has_arm ? text.substr(equals + 1) : text;
      if (what.starts_with("survival:") || what.starts_with("model:")) return "";
      return PathIn(PathForm::kWithRun, what);
    }
    case PathForm::kNamed:
    case PathForm::kWithRun:
      break;
  }
  const size_t mark = form == PathForm::kNamed ? text.find('=') : text.rfind(':');
  if (mark == std::string::npos || mark == 0 || std::filesystem::exists(text, ignored)) return text;
  return form == PathForm::kNamed ? text.substr(mark + 1) : text.substr(0, mark);
}

bool TakesMany(const OptionValue& value) {
  return std::visit([]<typename T>(const T*) { return kIsVector<T>; }, value);
}

bool IsSplit(const Option& option) { return option.value_name.ends_with(",..."); }

void CopyToConfig(const std::vector<Option>& options, RunConfig& config) {
  for (const Option& option : options) std::visit(Copy{config}, option.value, option.stored_as);
}

}  // namespace dsb
