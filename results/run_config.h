// The configuration of a run after defaults, as the store keeps it: what was measured and with
// what. Two runs of one hash are one measurement, which --resume continues. Not here: how to fill
// it (harness/options).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/facts.h"

namespace dsb {

// A field that a stored configuration lacks keeps the value it has here.
struct RunConfig {
  std::string engine;
  std::string device = "cpu";
  std::string target_sha256;  // empty: no model file
  // Of everything of the target that decides the output; empty: target_sha256 is, or an older
  // program wrote the file.
  std::string target_identity_sha256;
  std::string prompt_form = "auto";  // as asked for; the run's row has what it led to
  std::string weights;
  std::vector<std::string> arms;  // of the whole command, as --drafters named them
  // This run's arm.
  std::string drafter, policy;
  std::string checkpoint;           // its name where a drafter has several: dspark@NAME; else empty
  int64_t draft_length = 0;         // tokens
  std::optional<double> threshold;  // confidence; an optional number is that of a policy
  std::optional<std::string> drafter_sha256, drafter_weights;  // a drafter's; empty hash: no file
  std::string drafter_identity_sha256;  // config.json too; empty: no file, or an older program's
  std::string observers;                // on, off; empty: run without --device-time
  std::string device_time_source;       // the same
  std::string workload, workload_sha256;
  std::vector<std::string> domains;  // empty: all
  int64_t limit = 0, repeats = 0;
  std::string too_long = "error";  // what became of prompts beyond the context
  double temperature = 0, top_p = 0;
  int64_t top_k = 0, max_tokens = 0, seed = 0;
  int64_t threads = 0, concurrency = 0, context_tokens = 0, warmup = 0, block_prompts = 0;
  std::string isa, label;
  // The load, but for `concurrency`, its users.
  std::string load = "paired";  // paired, closed, open, batch, trace
  double rate = 0, cv = 1, rate_scale = 1;
  int64_t think_ms = 0, requests = 0, slots = 0, client_cap = 0, drain_s = 60;
  std::string trace_sha256, slo;
  std::vector<std::string> context_depth;  // tokens before each prompt, a rung each; empty: none
  // Of a remote engine: its URL without a host's name, model, API, and what the server is.
  std::string server_url, server_model, server;
  std::string server_api = "chat";
  int64_t null_step_us = 0, null_noise_seed = 0;  // harness/options/null_options.h
  double null_accepted_cut = 0;
  std::string cost_table_sha256, calibration_sha256;  // of the arm's files; empty: none
  std::string confidence;  // largest_probability, of the draft law; empty: a head's, or none
  // Of a simulated run: what its scheduler believed, and where its rounds come from.
  std::string planner_table_sha256, acceptance;
  int64_t cache_tokens = 0, prefill_chunk = 256;
  double prefill_rate = 0;  // tokens/s; 0: by the cost table
  // How the run was started, not what it measures: not hashed.
  std::string command_line;
  std::string session;         // the same for all arms that one command started
  double load_average_1m = 0;  // before the start

  bool operator==(const RunConfig&) const = default;
};

// The numbers that the run's policy takes.
std::vector<double> PolicyNumbers(const RunConfig& config);

// Canonical JSON: sorted keys, no spaces. Bytes that are no UTF-8 are replaced.
std::string ConfigToJson(const RunConfig& config);
// kBadInput naming `name` and the key on anything but an object of known keys, each of its type.
RunConfig ConfigFromJson(const std::string& json, const std::string& name);
// The session alone, also of a configuration with keys of another build; empty if it has none.
std::string SessionFromJson(const std::string& json);
// Of the canonical JSON of all fields but those that say how the run was started.
std::string ConfigSha256(const RunConfig& config);
// The hashed fields in which the two differ, values as JSON; empty: the same measurement.
std::vector<Difference> ConfigDifferences(const RunConfig& stored, const RunConfig& now);

}  // namespace dsb
