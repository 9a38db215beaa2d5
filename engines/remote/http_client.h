// Many HTTP exchanges at once on one thread, over libcurl's multi interface: bodies are handed on
// as they arrive, with the time of the read. Redirects are not followed, TLS is verified, nothing
// is sent twice: a connection that was refused before anything was sent is tried again and counted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace dsb {

struct HttpLimits {
  int64_t connect_ns = 10'000'000'000;
  int64_t first_byte_ns = 600'000'000'000;  // of the body, after the start
  int64_t idle_ns = 120'000'000'000;        // between two reads of the body
  int64_t total_ns = 3'600'000'000'000;
  int64_t header_bytes = 64 << 10;
  int64_t body_bytes = int64_t{256} << 20;  // after decompression
  int refused_tries = 3;                    // more than the first
  int64_t refused_wait_ns = 200'000'000;
};

struct HttpRequest {
  std::string url;
  std::string body = {};  // JSON, sent by POST; empty: a GET
};

enum class HttpEnd { kDone, kFailed, kTimeout };

struct HttpResult {
  HttpEnd end = HttpEnd::kDone;
  int status = 0;                // 0: there was no answer
  std::string error = {};        // empty if kDone
  std::string retry_after = {};  // the header, as the server has it
};

// What hears of one exchange.
class HttpSink {
 public:
  virtual ~HttpSink() = default;
  // A read of the body of an answer of `status`. False: no more of it is wanted.
  virtual bool OnBody(int status, std::string_view bytes, int64_t time_ns) = 0;
  // The last call. It may start and stop exchanges, and end this sink's life.
  virtual void OnEnd(const HttpResult& result, int64_t time_ns) = 0;
};

class HttpClient {
 public:
  // `clock` outlives the client. `bearer`: a key, sent as Authorization; empty: none.
  HttpClient(const Clock& clock, const HttpLimits& limits, const std::string& bearer = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // id: not in flight. `sink` outlives the exchange.
  void Start(int64_t id, const HttpRequest& request, HttpSink& sink);
  void Stop(int64_t id);  // the connection is closed; the sink hears no more of it
  // Waits for what happens first, until `until_ns` at the latest, and tells the sinks. Returns at
  // once if nothing is in flight.
  void Poll(int64_t until_ns);
  size_t in_flight() const;
  int64_t num_refused() const;  // connections that were tried again
  int64_t waited_ns() const;    // in Poll, with nothing to do

  // One exchange from its start to its end; the body, cut at `most_bytes`.
  struct Answer {
    HttpResult result;
    std::string body;
  };
  Answer Fetch(const HttpRequest& request, size_t most_bytes = size_t{8} << 20);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dsb
