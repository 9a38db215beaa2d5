#include "harness/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "harness/options/config_file.h"
#include "harness/options/suggestion.h"

namespace dsb {
namespace {

std::string NamesOf(const Option& option) {
  if (option.positional) return option.name;
  return "--" + option.name + (option.alias.empty() ? "" : ",--" + option.alias);
}

bool HasPositional(const Command& command) {
  return std::any_of(command.options.begin(), command.options.end(),
                     [](const Option& option) { return option.positional; });
}

void AddValue(CLI::App& app, const Option& option, bool takes_several) {
  const auto set = [option](const CLI::results_t& texts) {
    SetOption(option, texts);
    return true;
  };
  CLI::Option* const added = app.add_option(NamesOf(option), set);
  added->type_name(option.value_name)->required(option.required);
  if (!TakesMany(option.value)) return;
  added->expected(CLI::detail::expected_max_vector_size);
  added->allow_extra_args(takes_several);
}

void AddOption(CLI::App& app, const Option& option, bool takes_several) {
  bool* const* const flag = std::get_if<bool*>(&option.value);
  if (flag != nullptr) {
    app.add_flag(NamesOf(option), **flag);
  } else {
    AddValue(app, option, takes_several);
  }
}

CLI::Option* Find(CLI::App& app, const Option& option) {
  return app.get_option_no_throw((option.positional ? "" : "--") + option.name);
}

std::string ConfigPath(const Command& command) {
  for (const Option& option : command.options) {
    if (option.name == "config") return *std::get<std::string*>(option.value);
  }
  return "";
}

std::vector<std::string> OptionNames(const Command& command, const std::string& dashes) {
  std::vector<std::string> names;
  for (const Option& option : command.options) {
    if (option.positional || option.group == OptionGroup::kHidden) continue;
    names.push_back(dashes + option.name);
  }
  return names;
}

void ApplyEntry(CLI::App& app, const Command& command, const ConfigEntry& entry,
                const std::string& path) {
  const bool reserved = entry.key.empty() || entry.key == "config" || entry.key == "help";
  CLI::Option* const option = reserved ? nullptr : app.get_option_no_throw("--" + entry.key);
  if (option == nullptr) {
    ThrowBadInput(path + ": unknown key '" + entry.key + "'; expected a long option name of '" +
                  app.get_name() + "', see dsbench " + app.get_name() + " --help" +
                  Suggestion(entry.key, OptionNames(command, "")));
  }
  if (option->count() > 0) return;  // the command line overrides the file
  if (entry.values.size() > 1 && option->get_expected_max() == 1) {
    ThrowBadInput(path + ": key '" + entry.key + "': expected one value, found an array");
  }
  try {
    option->add_result(entry.values);
    option->run_callback();
  } catch (const CLI::ParseError& error) {
    ThrowBadInput(path + ": key '" + entry.key + "': expected true or false");
  } catch (const Error& error) {
    ThrowBadInput(path + ": key '" + entry.key + "': " + error.what());
  }
}

// The option that CLI11's message begins with: "--limit: ...".
const Option* OptionOf(const std::string& message, const Command& command) {
  for (const Option& option : command.options) {
    const std::string name = (option.positional ? "" : "--") + option.name;
    if (message.starts_with(name + ':') || message.starts_with(name + ' ')) return &option;
  }
  return nullptr;
}

std::string ExtraText(const std::string& extra, const Command& command) {
  if (!extra.starts_with('-')) {
    return "found the argument '" + extra + "', expected " +
           (HasPositional(command) ? "no more of them" : "options only");
  }
  const std::string name = extra.substr(0, extra.find('='));
  return "found '" + name + "', which is no option of '" + command.name + "'" +
         Suggestion(name, OptionNames(command, "--"));
}

}  // namespace

void AddCommand(CLI::App& app, const Command& command) {
  CLI::App* const added = app.add_subcommand(command.name, command.summary);
  // A list would take the arguments that follow it, which the positional ones are to have.
  const bool has_positional = HasPositional(command);
  for (const Option& option : command.options) {
    AddOption(*added, option, IsSplit(option) && !has_positional);
  }
}

void ApplyConfigFile(CLI::App& app, const Command& command) {
  const std::string path = ConfigPath(command);
  if (!path.empty()) {
    for (const ConfigEntry& entry : ReadConfigFile(path)) ApplyEntry(app, command, entry, path);
  }
  if (command.given == nullptr) return;
  for (const Option& option : command.options) {
    const CLI::Option* const found = Find(app, option);
    if (found != nullptr && found->count() > 0) command.given->insert(option.name);
  }
}

void RefuseMissingValues(const Arguments& arguments, const Command& command) {
  const auto find = [&](const std::string& argument) {
    return std::find_if(command.options.begin(), command.options.end(), [&](const Option& option) {
      return !option.positional && (argument == "--" + option.name ||
                                    (!option.alias.empty() && argument == "--" + option.alias));
    });
  };
  const auto none = command.options.end();
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const size_t equals = argument.find('=');
    const auto option = find(argument.substr(0, equals));
    if (option == none) continue;
    if (option->value_name.empty()) {
      if (equals == std::string::npos) continue;
      ThrowBadInput("--" + option->name + " is a switch, expected no value after it, found '" +
                    argument.substr(equals + 1) + "'");
    }
    const std::string expected =
        "--" + option->name + ": expected a value (" + option->value_name + "), found ";
    if (equals != std::string::npos) {
      if (equals + 1 == argument.size()) ThrowBadInput(expected + "nothing behind '='");
      continue;
    }
    ++i;
    const bool is_option = i < arguments.size() && find(arguments[i]) != none;
    if (!is_option) continue;
    ThrowBadInput(expected + "the option " + arguments[i] + " (--" + option->name + '=' +
                  arguments[i] + " if that is the value)");
  }
}

void ThrowParseError(const CLI::ParseError& error, const CLI::App& app, const Command& command) {
  const std::string help = "; see dsbench " + command.name + " --help";
  const std::string message = error.what();
  const Option* option = OptionOf(message, command);
  constexpr std::string_view kNoSwitch = "Could not convert: ";
  if (message.starts_with(kNoSwitch)) option = OptionOf(message.substr(kNoSwitch.size()), command);
  const std::vector<std::string> extras = app.remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !extras.empty()) {
    ThrowBadInput(ExtraText(extras.front(), command) + help);
  }
  if (option == nullptr) {
    constexpr std::string_view kUnexpected = "The following argument was not expected: ";
    if (!message.starts_with(kUnexpected)) ThrowBadInput(message + help);
    ThrowBadInput(ExtraText(message.substr(kUnexpected.size()), command) + help);
  }
  const std::string name = (option->positional ? "" : "--") + option->name;
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    ThrowBadInput(name + " is missing: " + command.name + " needs it" + help);
  }
  if (option->value_name.empty()) {
    ThrowBadInput(name + " is a switch, expected no value after it" + help);
  }
  const bool too_many = message.find("At Most") != std::string::npos;
  ThrowBadInput(name + ": expected " +
                (too_many ? "it once, found it several times"
                          : "a value (" + option->value_name + "), found none") +
                help);
}

}  // namespace dsb
