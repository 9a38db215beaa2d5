#include "harness/options/remote_options.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/remote/server_url.h"

namespace dsb {
namespace {

constexpr size_t kLongestKey = 8192;

OptionCheck IsUrl(const std::string& name, bool named) {
  return [name, named](const std::string& text) -> std::string {
    try {
      const size_t equals = named ? text.find('=') : std::string::npos;
      if (named && (equals == std::string::npos || !IsPlainName(text.substr(0, equals)))) {
        // The value is not repeated: it may hold a key.
        return "found no NAME= before the URL, expected NAME=URL";
      }
      ParseServerUrl(named ? text.substr(equals + 1) : text, "URL");
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  };
}

Option TimeoutOption(const char* name, int32_t& seconds, const char* help) {
  return {.name = name,
          .value = &seconds,
          .value_name = "SECONDS",
          .help = help,
          .check = IntegerIn(1, 86'400),
          .group = OptionGroup::kExecution,
          .shared_by = kRun};
}

}  // namespace

std::vector<ServerArm> ServerArms(const RemoteOptions& options) {
  if (options.url.empty() == options.server_arms.empty()) {
    ThrowBadInput(options.url.empty()
                      ? "--engine remote: expected --url URL, or --arm NAME=URL for each server"
                      : "--url and --arm: found both, expected one of them");
  }
  if (!options.url.empty()) return {{.name = {}, .url = options.url}};
  std::vector<ServerArm> arms;
  std::set<std::string> names;
  for (const std::string& text : options.server_arms) {
    const size_t equals = text.find('=');
    std::string name = text.substr(0, equals);
    if (name == "plain") name = "none";
    if (!names.insert(name).second) {
      ThrowBadInput("--arm: two arms are named " + name + ", expected different names");
    }
    arms.push_back({.name = name, .url = text.substr(equals + 1)});
  }
  return arms;
}

std::string ReadApiKey(const RemoteOptions& options) {
  if (options.api_key_env.empty()) return {};
  const char* const value = std::getenv(options.api_key_env.c_str());
  const std::string_view key = value == nullptr ? "" : value;
  if (key.empty()) {
    ThrowBadInput("--api-key-env: the variable " + Quoted(options.api_key_env) + " is not set");
  }
  const bool fits =
      key.size() <= kLongestKey && std::all_of(key.begin(), key.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f;
      });
  if (!fits) {
    ThrowBadInput("--api-key-env: the variable " + Quoted(options.api_key_env) +
                  " holds what is no key: expected visible ASCII without blanks");
  }
  return std::string(key);
}

std::vector<Option> DescribeOptions(RemoteOptions& o) {
  constexpr auto kModel = OptionGroup::kModel;
  return {
      {.name = "url",
       .value = &o.url,
       .value_name = "URL",
       .help = "of --engine remote: the server, as http://127.0.0.1:8080; its arm is called none, "
               "or speculative if it drafts",
       .check = IsUrl("url", false),
       .group = kModel,
       .shared_by = kRun,
       .stored_as = AsFound{},
       .path = PathForm::kUrl},
      {.name = "arm",
       .value = &o.server_arms,
       .value_name = "NAME=URL",
       .help = "of --engine remote, repeated: a server as an arm, interleaved with the others by "
               "block of prompts; plain (or none) is a server that does not draft, and any other "
               "name one that does",
       .check = IsUrl("arm", true),
       .group = kModel,
       .shared_by = kRun,
       .stored_as = AsFound{},
       .path = PathForm::kUrl},
      {.name = "model",
       .value = &o.server_model,
       .value_name = "NAME",
       .help = "of --engine remote: the model as the servers call it; default: the only one",
       .check = NotEmptyLine(),
       .group = kModel,
       .shared_by = kRun,
       .stored_as = &RunConfig::server_model},
      {.name = "api",
       .value = &o.api,
       .value_name = "NAME",
       .help = "of --engine remote: chat (the server renders the prompt), or completions (with "
               "--target the prompt is sent as this program's token ids, else as its text)",
       .choices = {"chat", "completions"},
       .group = kModel,
       .shared_by = kRun,
       .stored_as = &RunConfig::server_api},
      {.name = "api-key-env",
       .value = &o.api_key_env,
       .value_name = "VARIABLE",
       .help = "of --engine remote: the environment variable that holds the servers' key; it is "
               "neither stored nor printed; default: no key is sent",
       .check = NotEmpty(),
       .group = kModel,
       .shared_by = kRun},
      TimeoutOption("connect-timeout", o.connect_timeout_s,
                    "of --engine remote: longest wait for a connection"),
      TimeoutOption("first-byte-timeout", o.first_byte_timeout_s,
                    "of --engine remote: longest wait for the first byte of an answer"),
      TimeoutOption("idle-timeout", o.idle_timeout_s,
                    "of --engine remote: longest pause inside an answer"),
      TimeoutOption("request-timeout", o.request_timeout_s,
                    "of --engine remote: longest time for a whole answer")};
}

}  // namespace dsb
