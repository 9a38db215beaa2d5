// A server that does everything wrong: each fault costs the one request that met it, and says in
// one line what it was.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "engines/remote/remote_engine.h"
#include "tests/remote/scripted_server.h"

namespace dsb {
namespace {

struct Fault {
  const char* name;
  ScriptedServer::Script serve;
  EndReason end;
  std::string error;  // a part of it; empty: the answer is good all the same
};

void Answer(const Connection& connection, const std::string& events) {
  connection.Send(kStreamHead + events);
}

std::string Event(const std::string& data) { return "data: " + data + "\n\n"; }

void Endless(const Connection& connection, const std::string& piece) {
  while (!connection.over() && connection.Send(piece)) continue;
}

const std::vector<Fault>& Faults() {
  constexpr auto kError = EndReason::kError, kTimeout = EndReason::kTimeout,
                 kStop = EndReason::kStop;
  using C = const Connection&;
  using S = const std::string&;
  static const std::vector<Fault> faults = {
      {"never answers", [](C c, S) { c.Stall(); }, kTimeout, "no answer after"},
      {"stalls in the middle",
       [](C c, S) {
         Answer(c, StreamChunk("a"));
         c.Stall();
       },
       kTimeout, "nothing more for"},
      {"comments for ever",
       [](C c, S) {
         Answer(c, StreamChunk("a"));
         while (!c.over() && c.Send(": still here\n\n")) usleep(10'000);
       },
       kTimeout, "not over after"},
      {"closes at once", [](C, S) {}, kError, "mpty reply"},
      {"resets",
       [](C c, S) {
         Answer(c, StreamChunk("a"));
         c.Reset();
       },
       kError, ""},
      {"truncates inside an event", [](C c, S) { Answer(c, StreamChunk("a") + "data: {\"choi"); },
       kError, "the stream was cut inside an event"},
      {"ends without an end", [](C c, S) { Answer(c, StreamChunk("a")); }, kError,
       "the stream ended without saying why the answer does"},
      {"headers for ever",
       [](C c, S) {
         c.Send("HTTP/1.1 200 OK\r\n");
         Endless(c, "X-Filler: " + std::string(1000, 'x') + "\r\n");
       },
       kError, "bytes of response headers"},
      {"one endless header line",
       [](C c, S) {
         c.Send("HTTP/1.1 200 OK\r\nX-Filler: ");
         Endless(c, std::string(4096, 'x'));
       },
       kError, "header"},
      {"an endless event",
       [](C c, S) {
         c.Send(kStreamHead);
         Endless(c, std::string(4096, 'x'));
       },
       kError, "an event of more than 1048576 bytes"},
      {"an endless answer",
       [](C c, S) {
         c.Send(kStreamHead);
         Endless(c, StreamChunk("more and more"));
       },
       kError, "a longer answer than the tokens asked for can be"},
      {"no UTF-8", [](C c, S) { Answer(c, StreamChunk("\xFF\xFE") + StreamEnd(1)); }, kError,
       "unreadable event: "},
      {"a split code point",
       [](C c, S) {
         Answer(c, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\xC3");
         usleep(20'000);
         c.Send("\xA9\"}}]}\n\n" + StreamEnd(1));
       },
       kStop, ""},
      {"NaN",
       [](C c, S) { Answer(c, Event(R"({"choices":[],"usage":{"completion_tokens":NaN}})")); },
       kError, "unreadable event: "},
      {"1e999",
       [](C c, S) { Answer(c, Event(R"({"choices":[],"timings":{"predicted_ms":1e999}})")); },
       kError, "unreadable event: "},
      {"deep nesting", [](C c, S) { Answer(c, Event(std::string(100'000, '['))); }, kError,
       "unreadable event: "},
      {"counts that fall",
       [](C c, S) {
         Answer(
             c,
             Event(R"({"choices":[{"delta":{"content":"a"}}],"usage":{"completion_tokens":2}})") +
                 Event(
                     R"({"choices":[{"delta":{"content":"b"}}],"usage":{"completion_tokens":1}})"));
       },
       kError, "the server's token count runs backwards, from 2 to 1"},
      {"too many tokens", [](C c, S) { Answer(c, StreamChunk("a") + StreamEnd(99)); }, kError,
       "a total of 99 tokens, more than the 8 asked for"},
      {"events after the end",
       [](C c, S) { Answer(c, StreamChunk("a") + StreamEnd(1) + StreamChunk("b")); }, kError,
       "an event after the end of the stream"},
      {"tokens after the end",
       [](C c, S) {
         Answer(c, StreamChunk("a") +
                       Event(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})") +
                       StreamChunk("b"));
       },
       kError, "tokens after the answer's end"},
      {"two answers in one stream",
       [](C c, S) {
         Answer(c,
                StreamChunk("a") + Event(R"({"choices":[{"index":1,"delta":{"content":"b"}}]})"));
       },
       kError, "one answer in the stream, found a second"},
      {"a second answer behind the first",
       [](C c, S) { Answer(c, StreamChunk("a") + StreamEnd(1) + StreamChunk("a") + StreamEnd(1)); },
       kError, "an event after the end of the stream"},
      {"429",
       [](C c, S) {
         c.Send(
             "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 40\r\n\r\n"
             R"({"error":{"message":"slow down please"}})");
       },
       kError, "status 429: slow down please (retry after 7)"},
      {"500", [](C c, S) { c.Send(JsonPage("<html>oops</html>", "500 Internal Server Error")); },
       kError, "status 500: <html>oops</html>"},
      {"an error in the middle",
       [](C c, S) { Answer(c, StreamChunk("a") + Event(R"({"error":{"message":"CUDA died"}})")); },
       kError, "the server says: CUDA died"},
      {"a redirect",
       [](C c, S) {
         c.Send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
       },
       kError, "status 302"},
      {"a broken compression",
       [](C c, S) {
         c.Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip.");
       },
       kError, ""},
      {"no HTTP", [](C c, S) { c.Send("SSH-2.0-OpenSSH_9.2\r\n"); }, kError, "HTTP/0.9"},
      {"a body that is shorter than it says",
       [](C c, S) {
         c.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + StreamChunk("a"));
       },
       kError, "losed"},
  };
  return faults;
}

void Serve(const Connection& connection, const std::string& request) {
  const size_t at = request.find("fault ");
  if (at == std::string::npos) {
    Answer(connection, StreamChunk("good") + StreamEnd(1));
    return;
  }
  Faults()[std::strtoul(request.c_str() + at + 6, nullptr, 10)].serve(connection, request);
}

class HostileServer : public testing::Test {
 protected:
  static EngineRequest Request(int64_t id, const std::string& content) {
    EngineRequest request;
    request.id = id;
    request.messages = {{.role = "user", .content = content}};
    request.max_tokens = 8;
    return request;
  }
  RemoteEngineOptions Options(const std::string& url) const {
    RemoteEngineOptions options;
    options.endpoint.url = ParseServerUrl(url, "url");
    options.facts.model = "m";
    options.facts.count_source = kCountFinal;
    options.max_concurrency = 1000;
    return options;
  }
  std::map<int64_t, TokenBurst> RunAll(RemoteEngine& engine, size_t count) {
    std::map<int64_t, TokenBurst> ends;
    while (ends.size() < count) {
      for (TokenBurst& burst : engine.Step(clock_.NowNs() + 100'000'000).bursts) {
        if (burst.end == EndReason::kNone) continue;
        const int64_t id = burst.request_id;
        EXPECT_TRUE(ends.emplace(id, std::move(burst)).second) << id;
      }
    }
    return ends;
  }

  static void ExpectEnd(const Fault& fault, const TokenBurst& end) {
    EXPECT_EQ(EndReasonName(end.end), std::string(EndReasonName(fault.end)))
        << fault.name << ": " << end.error;
    EXPECT_NE(end.error.find(fault.error), std::string::npos) << fault.name << ": " << end.error;
    EXPECT_EQ(end.error.empty(), fault.end == EndReason::kStop) << fault.name << ": " << end.error;
    EXPECT_EQ(end.error.find('\n'), std::string::npos) << fault.name << ": " << end.error;
  }

  MonotonicClock clock_;
};

TEST_F(HostileServer, EachFaultCostsOneRequest) {
  const ScriptedServer server(Serve);
  RemoteEngine engine(Options(server.url()), clock_);
  const size_t num_faults = Faults().size();
  size_t admitted = 0;
  for (size_t i = 0; i < num_faults; ++i) {
    if (Faults()[i].end == EndReason::kTimeout) continue;  // see below
    engine.Admit(Request(static_cast<int64_t>(2 * i), "fault " + std::to_string(i)));
    engine.Admit(Request(static_cast<int64_t>(2 * i + 1), "a good one"));
    admitted += 2;
  }
  const auto ends = RunAll(engine, admitted);
  for (size_t i = 0; i < num_faults; ++i) {
    const Fault& fault = Faults()[i];
    if (fault.end == EndReason::kTimeout) continue;
    ExpectEnd(fault, ends.at(static_cast<int64_t>(2 * i)));
    const TokenBurst& good = ends.at(static_cast<int64_t>(2 * i + 1));
    EXPECT_EQ(EndReasonName(good.end), std::string("stop")) << fault.name << ": " << good.error;
  }
}

// One limit each is short, so that it alone can end the request however slow this machine is.
TEST_F(HostileServer, EachLimitEndsWhatNeverEnds) {
  const ScriptedServer server(Serve);
  const struct {
    size_t fault;
    int64_t HttpLimits::*limit;
  } cases[] = {
      {0, &HttpLimits::first_byte_ns}, {1, &HttpLimits::idle_ns}, {2, &HttpLimits::total_ns}};
  for (const auto& one : cases) {
    RemoteEngineOptions options = Options(server.url());
    options.limits.*one.limit = 300'000'000;
    RemoteEngine engine(options, clock_);
    engine.Admit(Request(1, "fault " + std::to_string(one.fault)));
    const auto ends = RunAll(engine, 1);
    ExpectEnd(Faults()[one.fault], ends.at(1));
  }
}

TEST_F(HostileServer, ACancelledRequestEndsAtOnce) {
  const ScriptedServer server([](const Connection& c, const std::string&) { c.Stall(); });
  RemoteEngine engine(Options(server.url()), clock_);
  engine.Admit(Request(1, "a"));
  engine.Admit(Request(2, "b"));
  engine.Step(clock_.NowNs() + 1'000'000);
  engine.Cancel(1);
  engine.Cancel(77);
  const StepResult step = engine.Step(clock_.NowNs() + 1'000'000'000'000);
  ASSERT_EQ(step.bursts.size(), 1u);
  EXPECT_EQ(step.bursts[0].request_id, 1);
  EXPECT_EQ(step.bursts[0].end, EndReason::kCancelled);
  EXPECT_FALSE(step.recorded);
}

TEST_F(HostileServer, ARefusedConnectionIsTriedAgainAndCounted) {
  std::string url;
  {
    const ScriptedServer gone([](const Connection&, const std::string&) {});
    url = gone.url();
  }
  RemoteEngineOptions options = Options(url);
  options.limits.refused_tries = 2;
  options.limits.refused_wait_ns = 1;
  RemoteEngine engine(options, clock_);
  engine.Admit(Request(1, "a"));
  const auto ends = RunAll(engine, 1);
  EXPECT_EQ(ends.at(1).end, EndReason::kError);
  EXPECT_NE(ends.at(1).error.find("onnect"), std::string::npos) << ends.at(1).error;
  ASSERT_EQ(engine.Remarks().size(), 1u);
  EXPECT_TRUE(engine.Remarks()[0].text.starts_with("2 connections refused"))
      << engine.Remarks()[0].text;
}

// A server that always has more, and a client that dawdles.
TEST_F(HostileServer, AClientThatIsTooSlowIsNamed) {
  const ScriptedServer server([](const Connection& c, const std::string& request) {
    const bool slow = request.find("slow") != std::string::npos;
    c.Send(kStreamHead);
    for (int i = 0; i < (slow ? 40 : 400); ++i) {
      c.Send(StreamChunk("x"));
      if (slow) usleep(20'000);
    }
    c.Send(StreamEnd(8));
  });
  const auto remarks_after = [&](int64_t dawdle_us) {
    RemoteEngine engine(Options(server.url()), clock_);
    engine.Admit(Request(1, dawdle_us > 0 ? "a" : "slow"));
    const int64_t start_ns = clock_.NowNs();
    bool over = false;
    while (!over) {
      for (const TokenBurst& burst : engine.Step(clock_.NowNs() + 1'000'000).bursts) {
        over = over || burst.end != EndReason::kNone;
      }
      const bool long_enough = clock_.NowNs() - start_ns > 800'000'000;
      if (over && !long_enough && dawdle_us > 0) {
        engine.Admit(Request(1, "a"));
        over = false;
      }
      usleep(static_cast<useconds_t>(dawdle_us));
    }
    return engine.Remarks();
  };
  const auto remarks = remarks_after(50'000);
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_EQ(remarks[0].flag, "client_limited");
  EXPECT_TRUE(remarks_after(0).empty());
}

// Also with a key: it is sent in one header, to the server that was named and to no other.
TEST_F(HostileServer, TheKeyIsSentAndAppearsNowhereElse) {
  std::string seen;
  const ScriptedServer server([&](const Connection& c, const std::string& request) {
    seen = request;
    c.Send(JsonPage(R"({"error":{"message":"no"}})", "401 Unauthorized"));
  });
  RemoteEngineOptions options = Options(server.url());
  options.bearer = "sk-secret";
  RemoteEngine engine(options, clock_);
  engine.Admit(Request(1, "a"));
  const auto ends = RunAll(engine, 1);
  EXPECT_NE(seen.find("\r\nAuthorization: Bearer sk-secret\r\n"), std::string::npos) << seen;
  EXPECT_EQ(ends.at(1).error, "status 401: no");
}

TEST(ServerUrl, WhatIsOneAndWhatIsStored) {
  const auto stored = [](const char* text) { return ParseServerUrl(text, "--url").Stored(); };
  EXPECT_EQ(stored("http://127.0.0.1:8080/v1/"), "http://127.0.0.1:8080");
  EXPECT_EQ(stored("http://localhost:8080/"), "http://localhost:8080");
  const std::string far = stored("https://inference.example.com/base/v1");
  EXPECT_EQ(far.find("example"), std::string::npos);
  EXPECT_TRUE(far.starts_with("https://host-")) << far;
  EXPECT_TRUE(far.ends_with("/base")) << far;
  EXPECT_NE(far, stored("https://other.example.com/base/v1"));
  EXPECT_EQ(ParseServerUrl("http://v1/", "--url").base, "http://v1");
  EXPECT_EQ(ParseServerUrl("http://a/base/v1//v1/", "--url").base, "http://a/base");
  EXPECT_EQ(ParseServerUrl("http://[::1]:80/v1", "--url").base, "http://[::1]:80");
  EXPECT_EQ(StoredArmUrl("dspark=http://127.0.0.1:1"), "dspark=http://127.0.0.1:1");
  for (const char* bad : {"", "127.0.0.1:80", "ftp://a", "http://", "http:///v1", "http://a:b",
                          "http://a:0", "http://a:70000", "http://a b", "http://a/\n",
                          "file:///etc", "http://a:", "http://[::1]:", "http://[::1]a"}) {
    EXPECT_THROW(ParseServerUrl(bad, "--url"), Error) << bad;
  }
  for (const char* secret :
       {"http://user:sk-secret@a", "http://a/?key=sk-secret", "http://a#sk-secret"}) {
    try {
      ParseServerUrl(secret, "--url");
      FAIL() << secret;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      EXPECT_EQ(std::string(error.what()).find("sk-secret"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace dsb
