#include "harness/cli/options_page.h"

#include <variant>

#include "harness/machine/variables.h"

namespace dsb {
namespace {

std::string Cell(const std::string& text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string NameCell(const Option& option) {
  std::string name = (option.positional ? "" : "--") + option.name;
  if (!option.alias.empty()) name += ", --" + option.alias;
  if (!option.value_name.empty() && !option.positional) name += ' ' + option.value_name;
  return '`' + Cell(name) + '`';
}

std::string DefaultCell(const Option& option) {
  if (option.required) return "required";
  const std::string text = DefaultText(option.value);
  return text.empty() ? "" : '`' + Cell(text) + '`';
}

std::string Table(const std::vector<Option>& options) {
  std::string table;
  OptionGroup group = OptionGroup::kHidden;
  for (const Option& option : options) {
    if (option.group == OptionGroup::kHidden) continue;
    if (option.group != group) {
      group = option.group;
      table +=
          '\n' +
          (group == OptionGroup::kCommand ? "" : std::string(OptionGroupName(group)) + ":\n\n") +
          "| option | default | what |\n| --- | --- | --- |\n";
    }
    table +=
        "| " + NameCell(option) + " | " + DefaultCell(option) + " | " + Cell(option.help) + " |\n";
  }
  return table;
}

// Options with which --resume goes on whatever they were before.
std::string NotStoredList(const std::vector<Option>& options) {
  std::string list;
  for (const Option& option : options) {
    if (option.group == OptionGroup::kHidden || option.name == "config" ||
        !std::holds_alternative<NotStored>(option.stored_as)) {
      continue;
    }
    list += (list.empty() ? "" : ", ") + ("`--" + option.name + '`');
  }
  return list;
}

}  // namespace

std::string OptionsPage(const std::vector<Command>& commands) {
  std::string page =
      "# Options\n"
      "Every command with its options, as `dsbench help --markdown` prints them.\n"
      "`X,...` is a comma list. Keys of a `run --config` file are the same names.\n";
  for (const Command& command : commands) {
    page += "\n## " + command.name + '\n' + command.summary + ".\n" + Table(command.options);
    if (command.name == "run") {
      page +=
          "\n`--resume` goes on only with the configuration that was stored: all of these but " +
          NotStoredList(command.options) + ".\n";
    }
  }
  page += "\n## Environment variables\n\n| variable | what |\n| --- | --- |\n";
  for (const EnvironmentVariable& variable : EnvironmentVariables()) {
    page += "| `" + std::string(variable.name) + "` | " + Cell(variable.what) + " |\n";
  }
  return page;
}

}  // namespace dsb
