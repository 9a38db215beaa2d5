// The --config file: one JSON object whose keys are long option names without the dashes. Knows no
// option: who applies the entries checks the keys.
#pragma once

#include <string>
#include <vector>

namespace dsb {

struct ConfigEntry {
  std::string key;
  std::vector<std::string> values;  // as the command line would give them; true and false for flags
};

// kBadInput naming `name` and the place on anything but an object of strings, finite numbers,
// booleans and flat arrays of strings or numbers, and on a key that occurs twice.
std::vector<ConfigEntry> ParseConfig(const std::string& text, const std::string& name);
// kResource if the file cannot be read, kBadInput above 1 MiB.
std::vector<ConfigEntry> ReadConfigFile(const std::string& path);

}  // namespace dsb
