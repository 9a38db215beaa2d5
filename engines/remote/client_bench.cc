// The client's own cost: how long after a null server sent an event the client has read it.
// Usage: remote_client_bench [STREAMS (1000) [EVENTS A SECOND AND STREAM (50) [SECONDS (10)]]]. Two
// threads: the server paces all streams, each on its own phase, and puts its clock into every
// event. A server that was held up goes on from there: to catch up it would send faster than it
// says. What the machine took from either thread is said beside the lags.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "engines/remote/remote_engine.h"

namespace dsb {
namespace {

constexpr int64_t kNsPerS = 1'000'000'000, kMostBehindNs = 100'000;

struct Load {
  int streams = 1000, events_per_s = 50, seconds = 10;
};

bool SendAll(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

std::string Event(int64_t now_ns, int count) {
  return R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":")" +
         std::to_string(now_ns) +
         R"( "},"finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":)" +
         std::to_string(count) + "}}\n\n";
}

void Serve(int listener, const Load& load) {
  MonotonicClock clock;
  std::vector<int> sockets;
  for (int i = 0; i < load.streams; ++i) {
    const int socket = ::accept(listener, nullptr, nullptr);
    char request[4096];
    if (socket < 0 || ::recv(socket, request, sizeof request, 0) <= 0) std::exit(3);
    SendAll(socket,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
    sockets.push_back(socket);
  }
  const int64_t gap_ns = kNsPerS / load.events_per_s / load.streams;
  int64_t next_ns = clock.NowNs();
  const int num_rounds = load.events_per_s * load.seconds;
  for (int round = 0; round < num_rounds; ++round) {
    for (int i = 0; i < load.streams; ++i) {
      clock.SleepUntilNs(next_ns);
      const int64_t now_ns = clock.NowNs();
      next_ns = std::max(next_ns, now_ns - kMostBehindNs) + gap_ns;
      SendAll(sockets[static_cast<size_t>(i)], Event(now_ns, round + 1));
    }
  }
  for (const int socket : sockets) {
    SendAll(
        socket,
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: "
        "[DONE]\n\n");
    ::close(socket);
  }
}

int Run(const Load& load) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 3;
  }
  std::thread server([&] { Serve(listener, load); });
  MonotonicClock clock;
  RemoteEngineOptions options;
  options.endpoint.url =
      ParseServerUrl("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), "url");
  options.facts.model = "m";
  options.facts.count_source = kCountChunks;
  options.max_concurrency = load.streams;
  RemoteEngine engine(options, clock);
  for (int i = 0; i < load.streams; ++i) {
    EngineRequest request;
    request.id = i;
    request.messages = {{.role = "user", .content = "x"}};
    request.max_tokens = load.events_per_s * load.seconds;
    engine.Admit(std::move(request));
  }
  const int64_t cpu_before_ns = ThreadCpuNs(), start_ns = clock.NowNs();
  std::vector<int64_t> lags_ns;
  int over = 0, errors = 0;
  while (over < load.streams) {
    for (const TokenBurst& burst : engine.Step(clock.NowNs() + kNsPerS).bursts) {
      if (burst.num_tokens > 0) lags_ns.push_back(burst.time_ns - std::atoll(burst.text.c_str()));
      if (burst.end == EndReason::kNone) continue;
      ++over;
      errors += burst.end == EndReason::kLength ? 0 : 1;
    }
  }
  const double wall_s = static_cast<double>(clock.NowNs() - start_ns) / kNsPerS;
  const double cpu_s = static_cast<double>(ThreadCpuNs() - cpu_before_ns) / kNsPerS;
  server.join();
  std::sort(lags_ns.begin(), lags_ns.end());
  const auto at = [&](double share) {
    const auto index = static_cast<size_t>(share * static_cast<double>(lags_ns.size() - 1));
    return static_cast<double>(lags_ns[index]) / 1e6;
  };
  std::printf(
      "%d streams, %zu events in %.1f s, %d errors; lag ms p50 %.3f p90 %.3f p99 %.3f max %.3f; "
      "client CPU %.2f of one core\n",
      load.streams, lags_ns.size(), wall_s, errors, at(0.5), at(0.9), at(0.99), at(1),
      cpu_s / wall_s);
  for (const EngineRemark& remark : engine.Remarks()) std::printf("%s\n", remark.text.c_str());
  return errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace dsb

int main(int argc, char** argv) {
  dsb::Load load;
  if (argc > 1) load.streams = std::atoi(argv[1]);
  if (argc > 2) load.events_per_s = std::atoi(argv[2]);
  if (argc > 3) load.seconds = std::atoi(argv[3]);
  return dsb::Run(load);
}
