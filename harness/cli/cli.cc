#include "harness/cli/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "base/console.h"
#include "base/quoted.h"
#include "base/utf8.h"
#include "harness/cli/command_line.h"
#include "harness/cli/completion.h"
#include "harness/cli/help_page.h"
#include "harness/cli/man_page.h"
#include "harness/cli/options_page.h"
#include "harness/cli/output_check.h"
#include "harness/machine/environment.h"
#include "harness/options/suggestion.h"
#include "harness/terminal/screen.h"

namespace dsb {
namespace {

std::string VersionText() {
  const BuildRecord build = CaptureBuild("");
  std::string text = "dsbench " + build.version;
  if (!build.git_commit.empty()) text += " (" + build.git_commit.substr(0, 12) + ')';
  if (build.git_dirty) text += " with local changes";
  return text + '\n';
}

std::vector<std::string> CommandNames(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const Command& command : commands) names.push_back(command.name);
  return names;
}

const Command* FindCommand(const std::vector<Command>& commands, const std::string& name) {
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const Command& command) { return command.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

struct HelpChoice {
  std::string about;
  bool markdown = false, man = false;
};

std::string HelpText(const HelpChoice& choice, const std::vector<Command>& commands) {
  const int columns = ColumnsOf(stdout);
  const Command* const one = choice.about.empty() ? nullptr : FindCommand(commands, choice.about);
  if (!choice.about.empty() && one == nullptr) {
    ThrowBadInput("help: expected " + ListOf(CommandNames(commands)) + ", found '" + choice.about +
                  "'" + Suggestion(choice.about, CommandNames(commands)));
  }
  if (choice.markdown && choice.man) {
    ThrowBadInput("help: found --markdown and --man, expected one of them");
  }
  if (choice.markdown) return OptionsPage(commands);
  if (choice.man) return ManPage(commands, CaptureBuild("").version);
  return one != nullptr ? HelpPage(*one, columns) : Overview(commands, columns);
}

// `commands` outlive the action.
Command HelpCommand(const std::vector<Command>& commands) {
  auto choice = std::make_shared<HelpChoice>();
  return {.name = "help",
          .summary = "Show the commands, the options of one, or all options as one page",
          .options = {{.name = "command",
                       .value = &choice->about,
                       .value_name = "COMMAND",
                       .help = "whose options; default: an overview",
                       .positional = true},
                      {.name = "markdown",
                       .value = &choice->markdown,
                       .value_name = "",
                       .help = "docs/options.md; off by default"},
                      {.name = "man",
                       .value = &choice->man,
                       .value_name = "",
                       .help = "the man page, as man -l reads it; off by default"}},
          .action = [choice, &commands] {
            const HelpChoice given = std::exchange(*choice, {});  // pages show it as a default
            WriteOutput(HelpText(given, commands));
            return ExitCode::kDone;
          }};
}

// `commands` outlive the action.
Command CompletionCommand(const std::vector<Command>& commands) {
  auto shell = std::make_shared<std::string>();
  return {.name = "completion",
          .summary = "Print a completion script: source <(dsbench completion bash)",
          .options = {{.name = "shell",
                       .value = shell.get(),
                       .value_name = "SHELL",
                       .help = "bash",
                       .choices = {"bash"},
                       .positional = true,
                       .required = true}},
          .action = [shell, &commands] {
            WriteOutput(BashCompletion(commands));
            return ExitCode::kDone;
          }};
}

[[noreturn]] void ThrowNoCommand(const Arguments& arguments, const std::vector<Command>& commands) {
  const std::vector<std::string> names = CommandNames(commands);
  if (arguments.empty()) {
    ThrowBadInput("expected a subcommand: " + ListOf(names) + "; see dsbench --help");
  }
  const std::string what = arguments[0].starts_with('-') ? "option" : "subcommand";
  ThrowBadInput("unknown " + what + " '" + arguments[0] + "', expected " +
                (what == "option" ? "a subcommand first" : ListOf(names)) +
                Suggestion(arguments[0], names) + "; see dsbench --help");
}

ExitCode Parse(CLI::App& app, const Arguments& arguments, const std::vector<Command>& commands) {
  const Command* const command = arguments.empty() ? nullptr : FindCommand(commands, arguments[0]);
  if (command != nullptr) RefuseMissingValues(arguments, *command);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const int columns = ColumnsOf(stdout);
    WriteOutput(command == nullptr ? Overview(commands, columns) : HelpPage(*command, columns));
    return ExitCode::kDone;
  } catch (const CLI::CallForVersion&) {
    WriteOutput(VersionText());
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    if (command == nullptr) ThrowNoCommand(arguments, commands);
    ThrowParseError(error, *app.get_subcommand(command->name), *command);
  }
  if (command == nullptr) ThrowNoCommand(arguments, commands);
  ApplyConfigFile(*app.get_subcommand(command->name), *command);
  RefuseOutputsThatAreInputs(*command);
  return command->action();
}

}  // namespace

std::vector<Command> AllCommands(const Arguments& arguments) {
  return {RunCommand(arguments), SweepCommand(arguments), ReportCommand(),     CompareCommand(),
          GateCommand(),         ProbeCommand(),          CrosscheckCommand(), ExportCommand(),
          ImportCommand(),       TimelineCommand(),       GenerateCommand(),   ProveCommand(),
          SampleCommand(),       ProfileCommand(),        CalibrateCommand(),  PaperCommand(),
          BridgeCommand(),       FleetCommand(),          WhatifCommand(),     ValidateCommand(),
          EnvCommand(),          SelftestCommand()};
}

ExitCode RunCommandLine(const Arguments& arguments) {
  for (const std::string& argument : arguments) {  // what a run was told is stored as text
    if (FindInvalidUtf8(argument) != std::string::npos) {
      ThrowBadInput("found the argument " + Quoted(argument) + ", expected UTF-8");
    }
  }
  CLI::App app("", "dsbench");
  app.require_subcommand(1);
  app.set_version_flag("--version", "");
  std::vector<Command> commands = AllCommands(arguments);
  commands.push_back(HelpCommand(commands));
  commands.push_back(CompletionCommand(commands));
  for (const Command& command : commands) AddCommand(app, command);
  return Parse(app, arguments, commands);
}

}  // namespace dsb
