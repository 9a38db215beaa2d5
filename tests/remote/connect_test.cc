// The limit of time to connect: a server that lets nobody in ends a request by it, a slow answer
// does not.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/clock.h"
#include "engines/remote/remote_engine.h"
#include "tests/remote/scripted_server.h"

namespace dsb {
namespace {

constexpr int64_t kLimitNs = 200'000'000;

// Listens, accepts nobody, and its queue is full: further requests for a connection are dropped.
class FullServer {
 public:
  FullServer() {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 0), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = std::to_string(ntohs(address.sin_port));
    for (int& socket : waiting_) {
      socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      const int done = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
      EXPECT_TRUE(done == 0 || errno == EINPROGRESS) << errno;
    }
  }
  ~FullServer() {
    for (const int socket : waiting_) ::close(socket);
    ::close(listener_);
  }
  FullServer(const FullServer&) = delete;
  FullServer& operator=(const FullServer&) = delete;
  const std::string& port() const { return port_; }

 private:
  const int listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  std::array<int, 4> waiting_ = {};
  std::string port_;
};

TokenBurst EndOfOne(const std::string& url) {
  MonotonicClock clock;
  RemoteEngineOptions options;
  options.endpoint.url = ParseServerUrl(url, "url");
  options.facts.model = "m";
  options.facts.count_source = kCountFinal;
  options.limits.connect_ns = kLimitNs;
  RemoteEngine engine(options, clock);
  EngineRequest request;
  request.id = 1;
  request.messages = {{.role = "user", .content = "a"}};
  request.max_tokens = 8;
  engine.Admit(std::move(request));
  for (;;) {
    for (TokenBurst& burst : engine.Step(clock.NowNs() + 100'000'000).bursts) {
      if (burst.end != EndReason::kNone) return std::move(burst);
    }
  }
}

TEST(Connect, NoConnectionInTimeEndsTheRequest) {
  const FullServer server;
  const TokenBurst end = EndOfOne("http://127.0.0.1:" + server.port());
  EXPECT_EQ(EndReasonName(end.end), std::string("timeout")) << end.error;
  EXPECT_NE(end.error.find("no connection after"), std::string::npos) << end.error;
}

TEST(Connect, ANamedHostTheSame) {
  const FullServer server;
  const TokenBurst end = EndOfOne("http://localhost:" + server.port());
  EXPECT_EQ(EndReasonName(end.end), std::string("timeout")) << end.error;
}

TEST(Connect, AnAnswerMayTakeLonger) {
  const ScriptedServer server([](const Connection& c, const std::string&) {
    usleep(3 * kLimitNs / 1000);
    c.Send(kStreamHead + StreamChunk("a"));
    usleep(3 * kLimitNs / 1000);
    c.Send(StreamEnd(1));
  });
  const TokenBurst end = EndOfOne(server.url());
  EXPECT_EQ(EndReasonName(end.end), std::string("stop")) << end.error;
}

}  // namespace
}  // namespace dsb
