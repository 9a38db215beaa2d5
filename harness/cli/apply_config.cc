#include <CLI/CLI.hpp>
#include <string>

#include "harness/cli/cli.h"
#include "harness/options/config_file.h"

namespace dsb {

void ApplyConfigFile(CLI::App& command, const std::string& path) {
  for (const ConfigEntry& entry : ReadConfigFile(path)) {
    const bool reserved = entry.key.empty() || entry.key == "config" || entry.key == "help";
    CLI::Option* option = reserved ? nullptr : command.get_option_no_throw("--" + entry.key);
    if (option == nullptr) {
      ThrowBadInput(path + ": unknown key '" + entry.key + "'; expected a long option name of '" +
                    command.get_name() + "', see dsbench " + command.get_name() + " --help");
    }
    if (option->count() > 0) continue;  // the command line overrides the file
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
}

}  // namespace dsb
