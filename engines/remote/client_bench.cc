// The client's own cost: how long after a null server sent an event the client has read it (usage:
// client_load.h). Two threads: the server paces all streams, each on its own phase, and puts its
// clock into every event. A server that was held up goes on from there: to catch up it would send
// faster than it says. A lag has two parts, which are told apart: until the server's send returned,
// and from then on until the client had read it. Beside them how long either thread waited for a
// core.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "engines/remote/client_load.h"
#include "engines/remote/remote_engine.h"

namespace dsb {
namespace {

constexpr int64_t kNsPerS = 1'000'000'000, kMostBehindNs = 100'000;

struct Sent {
  std::vector<std::vector<int64_t>> returned_ns;  // [streams, events] when a send had returned
  int64_t waited_ns = 0;
};

// How long the calling thread was ready to run and had no core, ever; 0: the system does not say.
int64_t WaitedForCoreNs() {
  std::ifstream file("/proc/thread-self/schedstat");
  int64_t ran_ns = 0, waited_ns = 0;
  file >> ran_ns >> waited_ns;
  return waited_ns;
}

// What the reading thread has had of a core.
struct ThreadTimes {
  int64_t cpu_ns = ThreadCpuNs(), waited_ns = WaitedForCoreNs(), user_ns = UserNs();

 private:
  static int64_t UserNs() {
    rusage usage = {};
    ::getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_utime.tv_sec * kNsPerS + usage.ru_utime.tv_usec * 1000;
  }
};

// What the reader has made of it.
struct Readings {
  std::vector<TokenBurst> bursts;
  int errors = 0;
  std::vector<EngineRemark> remarks;
};

void PrintTimes(const char* what, std::vector<int64_t> ns) {
  if (ns.empty()) return;
  std::sort(ns.begin(), ns.end());
  const auto at = [&](double share) {
    const auto index = static_cast<size_t>(share * static_cast<double>(ns.size() - 1));
    return static_cast<double>(ns[index]) / 1e6;
  };
  std::printf("%s ms p50 %.3f p90 %.3f p99 %.3f max %.3f\n", what, at(0.5), at(0.9), at(0.99),
              at(1));
}

bool SendAll(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

// Its text says when it was sent, and which one it is.
std::string Event(int64_t now_ns, size_t stream, int event) {
  return R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":")" +
         std::to_string(now_ns) + ' ' + std::to_string(stream) + ' ' + std::to_string(event) +
         R"( "},"finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":)" +
         std::to_string(event + 1) + "}}\n\n";
}

void Serve(int listener, const ClientLoad& load, Sent& sent) {
  ::prctl(PR_SET_NAME, "null server");  // for profilers
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // else an ordinary thread's sleeps end 50 us late, in bunches
  MonotonicClock clock;
  std::vector<int> sockets;
  for (int i = 0; i < load.streams; ++i) {
    const int socket = ::accept(listener, nullptr, nullptr);
    char request[4096];
    if (socket < 0 || ::recv(socket, request, sizeof request, 0) <= 0) {
      std::fprintf(stderr, "remote_client_bench: stream %d of %d did not come about\n", i + 1,
                   load.streams);
      std::exit(3);
    }
    SendAll(socket,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
    sockets.push_back(socket);
  }
  const int64_t gap_ns = kNsPerS / load.events_per_s / load.streams;
  sent.returned_ns.assign(sockets.size(), std::vector<int64_t>(static_cast<size_t>(load.events())));
  const int64_t waited_before_ns = WaitedForCoreNs();
  int64_t next_ns = clock.NowNs();
  for (int round = 0; round < load.events(); ++round) {
    for (size_t i = 0; i < sockets.size(); ++i) {
      clock.SleepUntilNs(next_ns);
      const int64_t now_ns = clock.NowNs();
      next_ns = std::max(next_ns, now_ns - kMostBehindNs) + gap_ns;
      SendAll(sockets[i], Event(now_ns, i, round));
      sent.returned_ns[i][static_cast<size_t>(round)] = clock.NowNs();
    }
  }
  sent.waited_ns = WaitedForCoreNs() - waited_before_ns;
  for (const int socket : sockets) {
    SendAll(
        socket,
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: "
        "[DONE]\n\n");
    ::close(socket);
  }
}

void PrintLags(const std::vector<TokenBurst>& read, const Sent& sent) {
  std::vector<int64_t> lags_ns, send_ns, read_ns;
  for (const TokenBurst& burst : read) {
    char* next = nullptr;
    const int64_t stamp_ns = std::strtoll(burst.text.c_str(), &next, 10);
    const size_t stream = std::strtoul(next, &next, 10), event = std::strtoul(next, &next, 10);
    const int64_t returned_ns = sent.returned_ns.at(stream).at(event);
    lags_ns.push_back(burst.time_ns - stamp_ns);
    send_ns.push_back(returned_ns - stamp_ns);
    read_ns.push_back(std::max<int64_t>(0, burst.time_ns - returned_ns));
  }
  PrintTimes("lag, from the server's clock to the client's read:", std::move(lags_ns));
  PrintTimes("  of that the server's send:", std::move(send_ns));
  PrintTimes("  and after it, the client:", std::move(read_ns));
}

Readings ReadByClient(const ClientLoad& load, int port, Clock& clock) {
  RemoteEngineOptions options;
  options.endpoint.url = ParseServerUrl("http://127.0.0.1:" + std::to_string(port), "url");
  options.facts.model = "m";
  options.facts.count_source = kCountChunks;
  options.max_concurrency = load.streams;
  RemoteEngine engine(options, clock);
  for (int i = 0; i < load.streams; ++i) {
    EngineRequest request;
    request.id = i;
    request.messages = {{.role = "user", .content = "x"}};
    request.max_tokens = load.events();
    engine.Admit(std::move(request));
  }
  Readings readings;
  for (int over = 0; over < load.streams;) {
    for (TokenBurst& burst : engine.Step(clock.NowNs() + kNsPerS).bursts) {
      if (burst.end != EndReason::kNone) {
        ++over;
        readings.errors += burst.end == EndReason::kLength ? 0 : 1;
      }
      if (burst.num_tokens > 0) readings.bursts.push_back(std::move(burst));
    }
  }
  readings.remarks = engine.Remarks();
  return readings;
}

// Takes every read for whole events, as this server sends them here.
Readings ReadBare(const ClientLoad& load, const sockaddr_in& address, const Clock& clock) {
  constexpr std::string_view kContent = "\"content\":\"";
  Readings readings;
  const int epoll = ::epoll_create1(0);
  for (int i = 0; i < load.streams; ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      std::exit(3);
    }
    epoll_event event = {.events = EPOLLIN, .data = {.fd = socket}};
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
    SendAll(socket, "GET / HTTP/1.1\r\n\r\n");
  }
  for (int open = load.streams; open > 0;) {
    epoll_event events[256];
    const int num_events = ::epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < num_events; ++i) {
      char bytes[16384];
      const ssize_t count = ::recv(events[i].data.fd, bytes, sizeof bytes, 0);
      if (count <= 0) {
        ::close(events[i].data.fd);
        --open;
        continue;
      }
      const int64_t now_ns = clock.NowNs();
      std::string_view text(bytes, static_cast<size_t>(count));
      for (size_t at = 0; (at = text.find(kContent)) != std::string_view::npos;) {
        text.remove_prefix(at + kContent.size());
        TokenBurst& burst = readings.bursts.emplace_back();
        burst.time_ns = now_ns;
        burst.text = text.substr(0, text.find('"'));
      }
    }
  }
  ::close(epoll);
  return readings;
}

int Run(const ClientLoad& load) {
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
  Sent sent;
  std::thread server([&] { Serve(listener, load, sent); });
  MonotonicClock clock;
  const int64_t start_ns = clock.NowNs();
  const ThreadTimes before;
  const Readings readings = load.bare ? ReadBare(load, address, clock)
                                      : ReadByClient(load, ntohs(address.sin_port), clock);
  const ThreadTimes after;
  ::shutdown(listener, SHUT_RD);  // a server that still waits for a stream gives up
  const double wall_s = static_cast<double>(clock.NowNs() - start_ns) / kNsPerS;
  server.join();
  PrintLags(readings.bursts, sent);
  const auto num_events = static_cast<double>(readings.bursts.size());
  const auto cpu_ns = static_cast<double>(after.cpu_ns - before.cpu_ns);
  std::printf(
      "%d streams, %.0f events in %.1f s, %d errors; client CPU %.2f of one core, %.2f us an "
      "event, "
      "%.2f of them its own and its libraries', not the system's; waited for a core: client %.0f "
      "ms, server %.0f ms\n",
      load.streams, num_events, wall_s, readings.errors, cpu_ns / kNsPerS / wall_s,
      cpu_ns / num_events / 1e3,
      static_cast<double>(after.user_ns - before.user_ns) / num_events / 1e3,
      static_cast<double>(after.waited_ns - before.waited_ns) / 1e6,
      static_cast<double>(sent.waited_ns) / 1e6);
  for (const EngineRemark& remark : readings.remarks) std::printf("%s\n", remark.text.c_str());
  return readings.errors == 0 ? 0 : 1;
}

}  // namespace
}  // namespace dsb

int main(int argc, char** argv) {
  try {
    const dsb::ClientLoad load =
        dsb::ReadClientLoad(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    if (!load.help) return dsb::Run(load);
    std::printf("%s", dsb::kClientBenchUsage.data());
    return 0;
  } catch (const dsb::Error& error) {
    std::fprintf(stderr, "remote_client_bench: %s\n", error.what());
    return static_cast<int>(error.code());
  }
}
