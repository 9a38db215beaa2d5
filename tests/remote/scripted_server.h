// A server on a free port of this machine that answers each connection's first request as a script
// says, and closes it. One thread a connection; the destructor waits for all.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace dsb {

class Connection {
 public:
  Connection(int socket, const std::atomic<bool>& over) : socket_(socket), over_(over) {}
  ~Connection() { ::close(socket_); }
  // False: the client has gone.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  // Until the client or the test ends.
  void Stall() const {
    const timeval wait = {.tv_sec = 0, .tv_usec = 10'000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    char byte = 0;
    while (!over_ && (::recv(socket_, &byte, 1, 0) > 0 || errno == EAGAIN)) errno = 0;
  }
  void Reset() const {
    const linger now = {.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  // "" if the client sends none.
  std::string ReadRequest() const {
    std::string request;
    char buffer[4096];
    for (;;) {
      const size_t head = request.find("\r\n\r\n");
      if (head != std::string::npos) {
        const size_t length = request.find("Content-Length: ");
        const size_t body = length == std::string::npos || length > head
                                ? 0
                                : std::strtoul(request.c_str() + length + 16, nullptr, 10);
        if (request.size() >= head + 4 + body) return request;
      }
      const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got <= 0) return {};
      request.append(buffer, static_cast<size_t>(got));
    }
  }
  bool over() const { return over_; }

 private:
  const int socket_;
  const std::atomic<bool>& over_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(const Connection& connection, const std::string& request)>;
  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_, 128), 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { Accept(); });
  }
  ~ScriptedServer() {
    over_ = true;
    ::shutdown(socket_, SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
    ::close(socket_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void Accept() {
    for (;;) {
      const int socket = ::accept(socket_, nullptr, nullptr);
      if (socket < 0 || over_) {
        if (socket >= 0) ::close(socket);
        return;
      }
      threads_.emplace_back([this, socket] {
        const Connection connection(socket, over_);
        const std::string request = connection.ReadRequest();
        if (!request.empty()) script_(connection, request);
      });
    }
  }

  const Script script_;
  int socket_ = -1, port_ = 0;
  std::atomic<bool> over_ = false;
  std::thread accepting_;
  std::vector<std::thread> threads_;  // of the accepting thread, until it has ended
};

inline constexpr const char* kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

inline std::string StreamChunk(const std::string& text) {
  return R"(data: {"choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}\n\n";
}
inline std::string StreamEnd(int tokens) {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
         "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":" +
         std::to_string(tokens) + "}}\n\ndata: [DONE]\n\n";
}
inline std::string JsonPage(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace dsb
