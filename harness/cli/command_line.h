// A Command on CLI11: the one place that gives options to the parser, from the command line and
// from a --config file, and that says in our words what it could not read.
#pragma once

#include "harness/cli/command.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace dsb {

// `command` outlives `app`.
void AddCommand(CLI::App& app, const Command& command);
// If `command` has an option `config` with a value: gives the options that the command line left
// out the values of that file. kBadInput naming file and key on a key that is no option of the
// command, or a value that the option refuses. Then notes which options were given. `app`: the
// subcommand's.
void ApplyConfigFile(CLI::App& app, const Command& command);

// The parser takes what follows an option as its value, whatever it is. kBadInput on another option
// of `command` there, on nothing behind '=', and on something behind the '=' of a switch.
void RefuseMissingValues(const Arguments& arguments, const Command& command);
// What is wrong with the arguments that `command` was given, as kBadInput.
[[noreturn]] void ThrowParseError(const CLI::ParseError& error, const CLI::App& app,
                                  const Command& command);

}  // namespace dsb
