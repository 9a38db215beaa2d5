// One exchange from its start to its end, as libcurl sees it.
#include <arpa/inet.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/remote/http_client_impl.h"

namespace dsb {
namespace {

constexpr int64_t kMillisecondNs = 1'000'000;

template <typename Value>
void Set(CURL* easy, CURLoption option, Value value) {
  DSB_CHECK(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

// Whether to connect is to wait for one address: no name, which may stand for several, no TLS.
bool IsPlainAddress(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  std::string host = url.substr(kScheme.size());
  if (host.starts_with('[')) return true;
  host.resize(std::min(host.find_first_of(":/?#"), host.size()));
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

}  // namespace

// Before the request is sent.
int HttpClient::Impl::OnConnected(void* self, char* /*ip*/, char* /*local_ip*/, int /*port*/,
                                  int /*local_port*/) {
  static_cast<Exchange*>(self)->connecting = false;
  return CURL_PREREQFUNC_OK;
}

size_t HttpClient::Impl::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::string_view line(data, size * count);
  exchange.header_bytes += static_cast<int64_t>(line.size());
  if (exchange.header_bytes > exchange.owner->limits.header_bytes) {
    exchange.stopped_by = "more than " + std::to_string(exchange.owner->limits.header_bytes) +
                          " bytes of response headers";
    return 0;
  }
  constexpr std::string_view kName = "retry-after:";
  const bool is_retry =
      line.size() > kName.size() &&
      std::equal(kName.begin(), kName.end(), line.begin(), [](char name, char found) {
        return name == (found >= 'A' && found <= 'Z' ? found + ('a' - 'A') : found);
      });
  if (is_retry) {
    std::string value(line.substr(kName.size(), 80));
    value.erase(0, value.find_first_not_of(' '));
    value.erase(value.find_last_not_of("\r\n ") + 1);
    exchange.retry_after = Shown(value);
  }
  return line.size();
}

size_t HttpClient::Impl::OnWrite(char* data, size_t size, size_t count, void* self) {
  auto& exchange = *static_cast<Exchange*>(self);
  Impl& impl = *exchange.owner;
  const int64_t now_ns = impl.clock.NowNs();
  const std::string_view bytes(data, size * count);
  exchange.last_read_ns = now_ns;
  if (!exchange.got_body) {
    exchange.got_body = true;
    impl.LookIn(impl.limits.idle_ns, now_ns);
  }
  exchange.body_bytes += static_cast<int64_t>(bytes.size());
  if (exchange.body_bytes > impl.limits.body_bytes) {
    exchange.stopped_by =
        "more than " + std::to_string(impl.limits.body_bytes) + " bytes of answer";
    return 0;
  }
  if (exchange.status == 0) {
    long status = 0;
    curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.status = static_cast<int>(status);
  }
  return exchange.sink->OnBody(exchange.status, bytes, now_ns) ? bytes.size() : 0;
}

void HttpClient::Impl::Begin(Exchange& exchange) {
  CURL* const easy = exchange.easy.get();
  curl_easy_reset(easy);
  exchange.owner = this;
  exchange.message[0] = '\0';
  Set(easy, CURLOPT_ERRORBUFFER, exchange.message.data());
  Set(easy, CURLOPT_PRIVATE, &exchange);
  Set(easy, CURLOPT_URL, exchange.request.url.c_str());
  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(easy, CURLOPT_NOSIGNAL, 1L);
  Set(easy, CURLOPT_TCP_NODELAY, 1L);
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  Set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  exchange.try_ns = clock.NowNs();
  exchange.connecting = IsPlainAddress(exchange.request.url);
  if (exchange.connecting) {
    LookIn(limits.connect_ns, exchange.try_ns);
    Set(easy, CURLOPT_PREREQFUNCTION, &OnConnected);
    Set(easy, CURLOPT_PREREQDATA, &exchange);
  } else {  // curl goes on to the next address in time, and knows at what it was held up
    Set(easy, CURLOPT_CONNECTTIMEOUT_MS,
        std::max<long>(1, static_cast<long>(limits.connect_ns / kMillisecondNs)));
  }
  Set(easy, CURLOPT_ACCEPT_ENCODING, "identity");  // but what comes compressed is unpacked
  Set(easy, CURLOPT_HTTPHEADER, headers.get());
  Set(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
  Set(easy, CURLOPT_HEADERDATA, &exchange);
  Set(easy, CURLOPT_WRITEFUNCTION, &OnWrite);
  Set(easy, CURLOPT_WRITEDATA, &exchange);
  if (!exchange.request.body.empty()) {
    Set(easy, CURLOPT_POST, 1L);
    Set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(exchange.request.body.size()));
    Set(easy, CURLOPT_POSTFIELDS, exchange.request.body.data());
  }
  exchange.try_again_ns = 0;
  DSB_CHECK(curl_multi_add_handle(multi.get(), easy) == CURLM_OK);
}

std::unique_ptr<HttpClient::Impl::Exchange> HttpClient::Impl::Remove(int64_t id) {
  const auto found = exchanges.find(id);
  if (found == exchanges.end()) return nullptr;
  std::unique_ptr<Exchange> exchange = std::move(found->second);
  exchanges.erase(found);
  curl_multi_remove_handle(multi.get(), exchange->easy.get());
  return exchange;
}

void HttpClient::Impl::End(int64_t id, HttpEnd end, std::string error) {
  const std::unique_ptr<Exchange> exchange = Remove(id);
  if (exchange == nullptr) return;  // another's end has stopped it
  const int64_t now_ns = clock.NowNs();
  curl_easy_reset(exchange->easy.get());  // it points into the exchange
  idle.push_back(std::move(exchange->easy));
  exchange->sink->OnEnd({.end = end,
                         .status = exchange->status,
                         .error = std::move(error),
                         .retry_after = std::move(exchange->retry_after)},
                        now_ns);
}

std::string HttpClient::Impl::ErrorOf(const Exchange& exchange, CURLcode code) {
  if (!exchange.stopped_by.empty()) return exchange.stopped_by;
  // What curl says of a header line beyond its own limit.
  if (code == CURLE_OUT_OF_MEMORY && !exchange.got_body) return "a response header without end";
  const std::string text =
      exchange.message[0] != '\0' ? exchange.message.data() : curl_easy_strerror(code);
  return Shown(text);
}

void HttpClient::Impl::OnFinished(Exchange& exchange, CURLcode code) {
  long status = 0, os_error = 0;
  curl_easy_getinfo(exchange.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(exchange.easy.get(), CURLINFO_OS_ERRNO, &os_error);
  exchange.status = static_cast<int>(status);
  if (code == CURLE_COULDNT_CONNECT && os_error == ECONNREFUSED &&
      exchange.tries++ < limits.refused_tries) {
    ++num_refused;
    curl_multi_remove_handle(multi.get(), exchange.easy.get());
    const int64_t now_ns = clock.NowNs();
    exchange.try_again_ns = now_ns + limits.refused_wait_ns;
    LookIn(limits.refused_wait_ns, now_ns);
    return;
  }
  if (code == CURLE_OK) return End(exchange.id, HttpEnd::kDone, {});
  const HttpEnd end = code == CURLE_OPERATION_TIMEDOUT ? HttpEnd::kTimeout : HttpEnd::kFailed;
  End(exchange.id, end, ErrorOf(exchange, code));
}

}  // namespace dsb
