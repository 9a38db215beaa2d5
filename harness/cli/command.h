// A subcommand as data: the command line, docs/options.md and the completion are made from it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "harness/options/option.h"

namespace dsb {

// The command line without the program's name.
using Arguments = std::vector<std::string>;

struct Command {
  std::string name, summary;
  std::vector<Option> options;       // positional ones first; values live as long as `action`
  std::function<ExitCode()> action;  // what to do once the options have their values
  std::string footer = {};           // of --help, paragraphs of one line; empty: the program's
  // Where the names of the options go that the command line or its file gives; null: nobody asks.
  std::set<std::string>* given = nullptr;
};

// `arguments` outlive the action.
Command RunCommand(const Arguments& arguments);
Command SweepCommand(const Arguments& arguments);
Command ReportCommand();
Command CompareCommand();
Command GateCommand();
Command CrosscheckCommand();
Command ImportCommand();
Command ProbeCommand();
Command ExportCommand();
Command TimelineCommand();
Command GenerateCommand();
Command ProveCommand();
Command SampleCommand();
Command ProfileCommand();
Command CalibrateCommand();
Command PaperCommand();
Command BridgeCommand();
Command FleetCommand();
Command WhatifCommand();
Command ValidateCommand();
Command EnvCommand();
Command SelftestCommand();

}  // namespace dsb
