#include "harness/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "harness/options/config_file.h"

namespace dsb {
namespace {

std::string NamesOf(const Option& option) {
  if (option.positional) return option.name;
  return "--" + option.name + (option.alias.empty() ? "" : ",--" + option.alias);
}

CLI::Option* AddValue(CLI::App& app, const Option& option) {
  const auto set = [value = option.value](const CLI::results_t& texts) {
    return SetValue(value, texts);
  };
  CLI::Option* const added = app.add_option(NamesOf(option), set, option.help);
  added->type_name(option.value_name)->required(option.required);
  if (TakesMany(option.value)) {
    added->expected(CLI::detail::expected_max_vector_size);
    if (IsSplit(option)) {
      added->delimiter(',');
    } else {
      added->allow_extra_args(false);
    }
  }
  if (!option.choices.empty()) added->check(OneOf(option.choices));
  if (option.check) added->check(option.check);
  added->default_str(DefaultText(option.value));
  return added;
}

void AddOption(CLI::App& app, const Option& option) {
  bool* const* const flag = std::get_if<bool*>(&option.value);
  CLI::Option* const added =
      flag != nullptr ? app.add_flag(NamesOf(option), **flag, option.help) : AddValue(app, option);
  if (option.group != OptionGroup::kCommand) added->group(OptionGroupName(option.group));
}

std::string ConfigPath(const Command& command) {
  for (const Option& option : command.options) {
    if (option.name == "config") return *std::get<std::string*>(option.value);
  }
  return "";
}

void ApplyEntry(CLI::App& app, const ConfigEntry& entry, const std::string& path) {
  const bool reserved = entry.key.empty() || entry.key == "config" || entry.key == "help";
  CLI::Option* const option = reserved ? nullptr : app.get_option_no_throw("--" + entry.key);
  if (option == nullptr) {
    ThrowBadInput(path + ": unknown key '" + entry.key + "'; expected a long option name of '" +
                  app.get_name() + "', see dsbench " + app.get_name() + " --help");
  }
  if (option->count() > 0) return;  // the command line overrides the file
  if (entry.values.size() > 1 && option->get_expected_max() == 1) {
    ThrowBadInput(path + ": key '" + entry.key + "': expected one value, found an array");
  }
  try {
    option->add_result(entry.values);
    option->run_callback();
  } catch (const CLI::ParseError& error) {
    ThrowBadInput(path + ": key '" + entry.key + "': " + error.what());
  }
}

}  // namespace

void AddCommand(CLI::App& app, const Command& command) {
  CLI::App* const added = app.add_subcommand(command.name, command.summary);
  if (!command.footer.empty()) added->footer(command.footer);
  for (const Option& option : command.options) AddOption(*added, option);
}

void ApplyConfigFile(CLI::App& app, const Command& command) {
  const std::string path = ConfigPath(command);
  if (path.empty()) return;
  for (const ConfigEntry& entry : ReadConfigFile(path)) ApplyEntry(app, entry, path);
}

}  // namespace dsb
