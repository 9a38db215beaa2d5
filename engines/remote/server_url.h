// A server's base URL: what may be one, and the form that may be stored or printed. Keys do not
// belong into it: they come from the environment (http_client.h).
#pragma once

#include <string>
#include <string_view>

namespace dsb {

struct ServerUrl {
  std::string base;  // "http://127.0.0.1:8080", without a slash or "/v1" at its end
  std::string host;
  bool local = false;  // the host is this machine
  bool tls = false;

  std::string At(std::string_view path) const { return base + std::string(path); }
  // Without the host's name, which is nobody's business but tells two servers apart by its hash:
  // "https://host-1a2b3c4d:443/api". This machine stays what it is.
  std::string Stored() const;
  // A message that may be stored: this host's name left out, unless it is this machine.
  std::string WithoutHost(std::string message) const;
};

// http or https, a host, perhaps a port and a path. kBadInput naming `what` on anything else; a URL
// with a user name, a password, a query or a fragment is refused without being repeated, since it
// may hold a key.
ServerUrl ParseServerUrl(std::string_view text, const std::string& what);

// "NAME=URL" as --arm has it, with Stored() for the URL; what is no URL as it stands.
std::string StoredArmUrl(const std::string& text);

}  // namespace dsb
