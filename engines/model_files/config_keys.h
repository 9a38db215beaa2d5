// What each key of a configuration file means to us. A key is read, or refused unless it has a
// value that changes nothing, or harmless whatever it says; a key in no list could change the
// output and is refused. docs/checkpoints.md shows the lists, and a test compares them.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

namespace dsb {

class JsonConfig;

struct ConfigKey {
  enum class Use { kRead, kOnly, kHarmless };
  const char* name;
  Use use = Use::kRead;
  // kOnly: the JSON values that change nothing, a comma between; null always does.
  const char* values = "";
};

constexpr ConfigKey Read(const char* name) { return {name, ConfigKey::Use::kRead, ""}; }
constexpr ConfigKey Only(const char* name, const char* values) {
  return {name, ConfigKey::Use::kOnly, values};
}
constexpr ConfigKey Harmless(const char* name) { return {name, ConfigKey::Use::kHarmless, ""}; }

using ConfigKeys = std::vector<ConfigKey>;
// One list, in order of name; where two have the same key the earlier list decides.
ConfigKeys JoinKeys(std::initializer_list<std::span<const ConfigKey>> lists);

// Whether the value changes nothing: null, or one of `key`'s.
bool IsNeutral(const JsonConfig& file, const ConfigKey& key);
// kBadInput naming the first key with a value that would change the output. Returns the keys that
// are in no list.
std::vector<std::string> CheckKeyValues(const JsonConfig& file, std::span<const ConfigKey> keys);
// The same; a key that is in no list is refused too.
void CheckKeys(const JsonConfig& file, std::span<const ConfigKey> keys);

}  // namespace dsb
