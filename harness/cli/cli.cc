#include "harness/cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/quoted.h"
#include "base/utf8.h"
#include "harness/cli/command_line.h"
#include "harness/cli/completion.h"
#include "harness/cli/options_page.h"
#include "harness/machine/environment.h"

namespace dsb {
namespace {

std::string VersionText() {
  const BuildRecord build = CaptureBuild("");
  std::string text = "dsbench " + build.version;
  if (!build.git_commit.empty()) text += " (" + build.git_commit.substr(0, 12) + ')';
  if (build.git_dirty) text += " with local changes";
  return text;
}

// Both outlive the action.
Command HelpCommand(const std::string& overview, const std::vector<Command>& commands) {
  auto markdown = std::make_shared<bool>(false);
  return {.name = "help",
          .summary = "Show the commands, or all their options as one page",
          .options = {{.name = "markdown",
                       .value = markdown.get(),
                       .value_name = "",
                       .help = "docs/options.md; off by default"}},
          .action = [markdown, &overview, &commands] {
            std::printf("%s", (*markdown ? OptionsPage(commands) : overview).c_str());
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
            std::printf("%s", BashCompletion(commands).c_str());
            return ExitCode::kDone;
          }};
}

ExitCode Parse(CLI::App& app, const Arguments& arguments, const std::vector<Command>& commands) {
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // help and version
      app.exit(error);
      return ExitCode::kDone;
    }
    const bool unknown_command =
        app.get_subcommands().empty() && !arguments.empty() && !arguments[0].starts_with('-');
    if (unknown_command) {
      ThrowBadInput("unknown subcommand '" + arguments[0] + "'; see dsbench --help");
    }
    const auto chosen = app.get_subcommands();
    const std::string command = chosen.empty() ? "" : ' ' + chosen.front()->get_name();
    ThrowBadInput(std::string(error.what()) + "; see dsbench" + command + " --help");
  }
  for (const Command& command : commands) {
    if (!app.got_subcommand(command.name)) continue;
    ApplyConfigFile(*app.get_subcommand(command.name), command);
    return command.action();
  }
  DSB_CHECK(false);
}

}  // namespace

ExitCode RunCommandLine(const Arguments& arguments) {
  for (const std::string& argument : arguments) {  // what a run was told is stored as text
    if (FindInvalidUtf8(argument) != std::string::npos) {
      ThrowBadInput("found the argument " + Quoted(argument) + ", expected UTF-8");
    }
  }
  CLI::App app(
      "dsbench measures speculative decoding: how long the accepted runs are, how fast each "
      "user's\n"
      "tokens come, and where the time goes.",
      "dsbench");
  app.require_subcommand(1);
  app.set_version_flag("--version", VersionText());
  app.footer(
      "Try first:   dsbench generate --prompt \"Why is the sky blue?\"\n"
      "Exit codes:  0 done, 1 a mismatch or regression was found, 2 bad input, 3 a resource is\n"
      "             missing or failed or the run was interrupted, 4 gate, prove:\n"
      "             inconclusive, 70 internal error");
  std::vector<Command> commands = {
      RunCommand(arguments), ReportCommand(), CompareCommand(), GateCommand(), TimelineCommand(),
      GenerateCommand(),     ProveCommand(),  SampleCommand(),  EnvCommand(),  SelftestCommand()};
  std::string overview;
  commands.push_back(HelpCommand(overview, commands));
  commands.push_back(CompletionCommand(commands));
  for (const Command& command : commands) AddCommand(app, command);
  // Now: once parsed, an app helps with the subcommand.
  if (!arguments.empty() && arguments.front() == "help") overview = app.help();
  return Parse(app, arguments, commands);
}

}  // namespace dsb
