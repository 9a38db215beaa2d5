// `dsbench whatif` behind its command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

struct WhatifCommandOptions {
  std::string acceptance, drafter = "dspark";
  std::string cost_table;     // a measured or published table; or
  std::string model, device;  // names of published/models.json and hardware.json: a bound
  int32_t devices = 1;        // that share the model evenly
  int32_t draft_layers = 0;   // of the bound; 0: by the drafter
  std::vector<int32_t> users = {1, 2, 4, 8, 16, 32, 64, 128};
  int32_t most_drafts = 0;  // 0: what the rounds and the table know
  int32_t draws = 20, threads = 0;
  std::string data;  // folder of published figures; empty: the shipped one
};

// Text, Markdown or JSON. kBadInput if no cost, or two, are named.
std::string RunWhatif(const WhatifCommandOptions& options, const std::string& format, int columns);

}  // namespace dsb
