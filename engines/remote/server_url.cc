#include "engines/remote/server_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/quoted.h"
#include "base/sha256.h"

namespace dsb {
namespace {

constexpr size_t kLongestUrl = 2048;
constexpr size_t kHashDigits = 8;

[[noreturn]] void Refuse(const std::string& what, const std::string& found) {
  ThrowBadInput(what + ": found " + found + ", expected a URL such as http://127.0.0.1:8080");
}

struct Parts {
  std::string scheme, host, path;
  std::optional<std::string> port;
};

// `base` begins with a scheme and "://".
Parts Split(std::string_view base) {
  Parts parts;
  const size_t colon = base.find("://");
  parts.scheme = base.substr(0, colon);
  const std::string_view rest = base.substr(colon + 3);
  const size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view authority = rest.substr(0, slash);
  parts.path = rest.substr(slash);
  const size_t bracket = authority.rfind(']');  // of an IPv6 address
  const size_t port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.host = authority.substr(0, std::min(port, authority.size()));
  if (port != std::string_view::npos) parts.port = authority.substr(port + 1);
  return parts;
}

bool IsHostLetter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_' || c == '[' || c == ']' || c == ':';
}

bool IsPort(const std::string& text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// Every slash and "/v1" at the end of a path is left out, so that a base URL stays the same when it
// is read again.
std::string_view WithoutVersion(std::string_view path) {
  while (path.ends_with('/') || path.ends_with("/v1")) {
    path.remove_suffix(path.ends_with('/') ? 1 : 3);
  }
  return path;
}

bool IsThisMachine(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace

ServerUrl ParseServerUrl(std::string_view text, const std::string& what) {
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && static_cast<unsigned char>(c) < 0x7f;
  });
  if (text.find('@') != std::string_view::npos) {
    Refuse(what, "a user name or password in the URL (a key is named by --api-key-env)");
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    Refuse(what, "a query or fragment behind the base URL");
  }
  if (!visible || text.size() > kLongestUrl) Refuse(what, Quoted(text));
  ServerUrl url;
  url.tls = text.starts_with("https://");
  if (!url.tls && !text.starts_with("http://")) Refuse(what, Quoted(text));
  const Parts parts = Split(text);
  url.base = text.substr(0, text.size() - parts.path.size());
  url.base += WithoutVersion(parts.path);
  if (parts.host.empty() || !std::all_of(parts.host.begin(), parts.host.end(), IsHostLetter) ||
      (parts.host.starts_with('[') && !parts.host.ends_with(']')) ||
      (parts.port && !IsPort(*parts.port))) {
    Refuse(what, Quoted(text));
  }
  url.host = parts.host;
  url.local = IsThisMachine(parts.host);
  return url;
}

std::string ServerUrl::WithoutHost(std::string message) const {
  if (local || host.empty()) return message;
  constexpr std::string_view kInstead = "(host)";
  for (size_t at = 0; (at = message.find(host, at)) != std::string::npos; at += kInstead.size()) {
    message.replace(at, host.size(), kInstead);
  }
  return message;
}

std::string ServerUrl::Stored() const {
  if (local) return base;
  const Parts parts = Split(base);
  std::string stored = parts.scheme + "://host-" + Sha256Hex(parts.host).substr(0, kHashDigits);
  if (parts.port) stored += ':' + *parts.port;
  return stored + parts.path;
}

std::string StoredArmUrl(const std::string& text) {
  const size_t scheme = text.find("://");
  const size_t equals = text.find('=');
  const size_t start = equals < scheme ? equals + 1 : 0;
  try {
    return text.substr(0, start) + ParseServerUrl(text.substr(start), "URL").Stored();
  } catch (const Error&) {
    return text.substr(0, start) + "(no URL)";
  }
}

}  // namespace dsb
