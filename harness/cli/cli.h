// The command line: one file a subcommand, each adds itself to the parser and returns what to do
// when it was chosen.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace CLI {
class App;
}

namespace dsb {

// The command line without the program's name.
using Arguments = std::vector<std::string>;
using Action = std::function<ExitCode()>;

// Parses and runs. Throws dsb::Error for everything that users, files and devices do; never prints
// an error itself.
ExitCode RunCommandLine(const Arguments& arguments);

// `arguments` outlives the action.
Action AddRun(CLI::App& app, const Arguments& arguments);
Action AddReport(CLI::App& app);
Action AddCompare(CLI::App& app);
Action AddGate(CLI::App& app);
Action AddEnv(CLI::App& app);
Action AddGenerate(CLI::App& app);
Action AddSample(CLI::App& app);
Action AddProve(CLI::App& app);
Action AddSelftest(CLI::App& app);
Action AddTimeline(CLI::App& app);

// Gives the options that the command line left out the values of a --config file. kBadInput naming
// file and key on a key that is no option of `command`, or a value that the option refuses.
void ApplyConfigFile(CLI::App& command, const std::string& path);

}  // namespace dsb
