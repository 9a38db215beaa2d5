#include "harness/options/option.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"

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

std::string Text(bool /*value*/) { return ""; }
std::string Text(const std::string& value) { return value; }
template <typename Number>
std::string Text(Number value) {
  char text[64];
  return {text, std::to_chars(std::begin(text), std::end(text), value).ptr};
}
template <typename T>
std::string Text(const std::vector<T>& values) {
  std::string list;
  for (const T& value : values) list += (list.empty() ? "" : ",") + Text(value);
  return list;
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
  constexpr const char* kNames[] = {
      "Options", "Model and drafters", "Workload and sampling", "Execution", "Results", ""};
  return kNames[static_cast<size_t>(group)];
}

std::vector<Option> OptionsOf(SharedBy command, std::vector<Option> all) {
  std::erase_if(all, [&](const Option& option) { return (option.shared_by & command) == 0; });
  std::stable_sort(all.begin(), all.end(),
                   [](const Option& a, const Option& b) { return a.group < b.group; });
  return all;
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

bool TakesMany(const OptionValue& value) {
  return std::visit([]<typename T>(const T*) { return kIsVector<T>; }, value);
}

bool IsSplit(const Option& option) { return option.value_name.ends_with(",..."); }

void CopyToConfig(const std::vector<Option>& options, RunConfig& config) {
  for (const Option& option : options) std::visit(Copy{config}, option.value, option.stored_as);
}

}  // namespace dsb
