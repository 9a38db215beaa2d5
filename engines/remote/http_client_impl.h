// The HTTP client's inside: its exchanges and libcurl's handles. Internal to http_client.h, and the
// only header that includes curl's.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engines/remote/http_client.h"

namespace dsb {

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct HttpClient::Impl {
  struct Exchange {
    // What every read touches, together.
    Impl* owner = nullptr;
    HttpSink* sink = nullptr;
    int64_t last_read_ns = 0, body_bytes = 0;
    int status = 0;
    bool got_body = false;

    int64_t id = 0, start_ns = 0, header_bytes = 0;
    bool connecting = false;  // and it is we who watch how long
    int64_t try_ns = 0;       // start of this try to connect
    HttpRequest request;
    std::unique_ptr<CURL, EasyDeleter> easy;
    std::array<char, CURL_ERROR_SIZE> message = {};
    std::string retry_after;
    std::string stopped_by;  // a limit of ours; empty: the sink
    int tries = 0;
    int64_t try_again_ns = 0;  // not 0: waiting after a refused connection
  };

  Impl(const Clock& clock_in, const HttpLimits& limits_in) : clock(clock_in), limits(limits_in) {}

  const Clock& clock;
  const HttpLimits limits;
  int epoll = -1;
  std::unique_ptr<curl_slist, ListDeleter> headers;
  // Exchanges after the multi handle: it outlives its easy handles.
  std::unique_ptr<CURLM, MultiDeleter> multi;
  std::map<int64_t, std::unique_ptr<Exchange>> exchanges;
  std::vector<std::unique_ptr<CURL, EasyDeleter>> idle;
  int64_t timer_ns = -1;                    // when curl wants to be called; -1: never
  int64_t deadlines_ns = int64_t{1} << 62;  // none passes before
  int64_t num_refused = 0, waited_ns = 0;

  // Called by curl.
  static int OnSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM* /*multi*/, long timeout_ms, void* self);
  static int OnConnected(void* self, char* ip, char* local_ip, int port, int local_port);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnWrite(char* data, size_t size, size_t count, void* self);
  void Begin(Exchange& exchange);
  // Takes the exchange out of curl's hands and ours.
  std::unique_ptr<Exchange> Remove(int64_t id);
  void End(int64_t id, HttpEnd end, std::string error);
  static std::string ErrorOf(const Exchange& exchange, CURLcode code);
  void OnFinished(Exchange& exchange, CURLcode code);
  void TakeFinished();
  // What is late ends here: curl's own timers know neither the first byte nor idleness, and one
  // that is set makes every read dearer until its time has come.
  void CheckDeadlines(int64_t now_ns);
  // Deadlines are looked at again in `left_ns`, if not earlier.
  void LookIn(int64_t left_ns, int64_t now_ns);
  void Drive(curl_socket_t socket, int what);
};

}  // namespace dsb
