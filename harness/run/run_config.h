// A run's full configuration after defaults as canonical JSON, and its hash: what --resume
// compares. Keys that say how the run was started, not what it measures, are stored but not hashed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/options/run_options.h"

namespace dsb {

// What the options name, as found.
struct ConfigFacts {
  std::string target_sha256;  // empty without a model
  ArmOptions arm;
  std::string drafter_sha256;  // empty without a file
  std::string workload;        // its name
  std::string workload_sha256;
  std::string isa;
  // With options.device_time: whether this arm is the observed one, and what by.
  bool observed = false;
  std::string device_time_source;
  int64_t context_tokens = 0;
  int64_t block_prompts = 0;
  // Stored, not hashed.
  std::string command_line;
  std::string session;      // the same for all arms that one command started
  double load_average = 0;  // of the last minute before the start
};

struct RunConfig {
  std::string json;    // canonical: sorted keys, no spaces
  std::string sha256;  // of the JSON without the keys that are not hashed
};

RunConfig MakeRunConfig(const RunOptions& options, const ConfigFacts& facts);
// Hashed keys in which the two differ, as "key (stored X, now Y)"; empty if equal. kBadInput if one
// is no JSON object.
std::vector<std::string> DifferingKeys(const std::string& stored_json, const std::string& json);
// The "session" key; empty if absent.
std::string ConfigSession(const std::string& json);
// The same configuration in another session; its hash does not change.
std::string WithSession(const std::string& json, const std::string& session);

}  // namespace dsb
