// The servers of --engine remote: where they are, what they are asked for, how long they may take.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/options/option.h"

namespace dsb {

struct RemoteOptions {
  std::string url;                       // the one server, if `server_arms` names none
  std::vector<std::string> server_arms;  // NAME=URL
  std::string server_model;              // empty: the only one that a server has
  std::string api = "chat";              // chat, completions
  std::string api_key_env;               // name of a variable; empty: no key is sent
  int32_t connect_timeout_s = 10;
  int32_t first_byte_timeout_s = 600;
  int32_t idle_timeout_s = 120;  // between two reads of an answer
  int32_t request_timeout_s = 3600;
};

struct ServerArm {
  std::string name;  // empty: by what the server turns out to do
  std::string url;
};
// kBadInput unless there is one URL, or arms with different names of one or more letters, digits,
// dots, dashes and '_'.
std::vector<ServerArm> ServerArms(const RemoteOptions& options);

// The key in the environment; empty if no variable is named. kBadInput if the variable is not set
// or holds what cannot be sent in a header. The key is not repeated.
std::string ReadApiKey(const RemoteOptions& options);

std::vector<Option> DescribeOptions(RemoteOptions& options);

}  // namespace dsb
