#include "harness/cli/cli.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "base/quoted.h"
#include "base/utf8.h"
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
      "             missing or failed or the run was interrupted, 4 gate: inconclusive,\n"
      "             70 internal error");
  std::vector<std::pair<std::string, Action>> actions;
  actions.emplace_back("run", AddRun(app, arguments));
  actions.emplace_back("report", AddReport(app));
  actions.emplace_back("compare", AddCompare(app));
  actions.emplace_back("gate", AddGate(app));
  actions.emplace_back("timeline", AddTimeline(app));
  actions.emplace_back("generate", AddGenerate(app));
  actions.emplace_back("prove", AddProve(app));
  actions.emplace_back("sample", AddSample(app));
  actions.emplace_back("env", AddEnv(app));
  actions.emplace_back("selftest", AddSelftest(app));
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
  for (const auto& [name, action] : actions) {
    if (app.got_subcommand(name)) return action();
  }
  DSB_CHECK(false);
}

}  // namespace dsb
