#include "engines/remote/http_client.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engines/remote/http_client_impl.h"

namespace dsb {
namespace {

constexpr int64_t kNsPerMs = 1'000'000;
// A wait is no longer, and deadlines are not looked at more often.
constexpr int64_t kTickNs = 20 * kNsPerMs;
constexpr int64_t kFarNs = 3'600'000 * kNsPerMs;  // a deadline beyond may be looked at before
constexpr int kMostEvents = 256;
constexpr long kMostConnections = 4096;

// libcurl's own set-up, once for the process.
void StartCurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) ThrowResource("libcurl cannot be started");
}

}  // namespace

int HttpClient::Impl::OnSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* self,
                               void* known) {
  auto& impl = *static_cast<Impl*>(self);
  epoll_event event = {};
  event.data.fd = socket;
  if (what != CURL_POLL_OUT) event.events |= EPOLLIN;
  if (what != CURL_POLL_IN) event.events |= EPOLLOUT;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(impl.epoll, EPOLL_CTL_DEL, socket, nullptr);
  } else if (epoll_ctl(impl.epoll, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket,
                       &event) != 0 &&
             known == nullptr) {
    epoll_ctl(impl.epoll, EPOLL_CTL_MOD, socket, &event);
  }
  curl_multi_assign(impl.multi.get(), socket, what == CURL_POLL_REMOVE ? nullptr : self);
  return 0;
}

int HttpClient::Impl::OnTimer(CURLM* /*multi*/, long timeout_ms, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  impl.timer_ns = timeout_ms < 0 ? -1 : impl.clock.NowNs() + timeout_ms * kNsPerMs;
  return 0;
}

void HttpClient::Impl::TakeFinished() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* exchange = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    OnFinished(*static_cast<Exchange*>(exchange), message->data.result);
  }
}

void HttpClient::Impl::LookIn(int64_t left_ns, int64_t now_ns) {
  deadlines_ns = std::min(deadlines_ns, now_ns + std::min(left_ns, kFarNs) + 1);
}

// All exchanges are walked over only when the first deadline may have passed: a walk over thousands
// takes longer than many events.
void HttpClient::Impl::CheckDeadlines(int64_t now_ns) {
  if (now_ns < deadlines_ns) return;
  std::vector<std::pair<int64_t, std::string>> late;
  int64_t first_left_ns = kFarNs;
  const auto seconds = [](int64_t ns) { return std::to_string(ns / 1'000'000'000) + " s"; };
  for (const auto& [id, exchange] : exchanges) {
    if (exchange->try_again_ns > now_ns) {
      first_left_ns = std::min(first_left_ns, exchange->try_again_ns - now_ns);
      continue;
    }
    if (exchange->try_again_ns != 0) Begin(*exchange);
    const bool reading = exchange->got_body;
    const int64_t connect_left_ns =
        exchange->connecting ? limits.connect_ns - (now_ns - exchange->try_ns) : kFarNs;
    const int64_t age_ns = now_ns - exchange->start_ns;
    const int64_t total_left_ns = limits.total_ns - age_ns;
    const int64_t next_left_ns = reading ? limits.idle_ns - (now_ns - exchange->last_read_ns)
                                         : limits.first_byte_ns - age_ns;
    if (total_left_ns < 0) {
      late.emplace_back(id, "not over after " + seconds(limits.total_ns));
    } else if (connect_left_ns < 0) {
      late.emplace_back(id, "no connection after " + seconds(limits.connect_ns));
    } else if (next_left_ns < 0) {
      late.emplace_back(id, reading ? "nothing more for " + seconds(limits.idle_ns)
                                    : "no answer after " + seconds(limits.first_byte_ns));
    } else {
      first_left_ns = std::min({first_left_ns, total_left_ns, connect_left_ns, next_left_ns});
    }
  }
  deadlines_ns = now_ns + std::max(first_left_ns + 1, kTickNs);
  for (auto& [id, error] : late) End(id, HttpEnd::kTimeout, std::move(error));
}

void HttpClient::Impl::Drive(curl_socket_t socket, int what) {
  int running = 0;
  curl_multi_socket_action(multi.get(), socket, what, &running);
}

HttpClient::HttpClient(const Clock& clock, const HttpLimits& limits, const std::string& bearer)
    : impl_(std::make_unique<Impl>(clock, limits)) {
  StartCurl();
  impl_->epoll = epoll_create1(EPOLL_CLOEXEC);
  impl_->multi.reset(curl_multi_init());
  if (impl_->epoll < 0 || impl_->multi == nullptr) {
    ThrowResource("no file or memory is left for connections");
  }
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  add("Content-Type: application/json");
  add("Accept: text/event-stream, application/json");
  add("Expect:");
  add("User-Agent: dsbench");
  if (!bearer.empty()) add("Authorization: Bearer " + bearer);
  impl_->headers.reset(list);
  CURLM* const multi = impl_->multi.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Impl::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, impl_.get());
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Impl::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, impl_.get());
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMostConnections);
}

HttpClient::~HttpClient() {
  while (!impl_->exchanges.empty()) Stop(impl_->exchanges.begin()->first);
  impl_->multi.reset();
  close(impl_->epoll);
}

void HttpClient::Start(int64_t id, const HttpRequest& request, HttpSink& sink) {
  auto exchange = std::make_unique<Impl::Exchange>();
  exchange->id = id;
  exchange->sink = &sink;
  exchange->request = request;
  exchange->start_ns = impl_->clock.NowNs();
  impl_->LookIn(std::min(impl_->limits.first_byte_ns, impl_->limits.total_ns), exchange->start_ns);
  if (impl_->idle.empty()) {
    exchange->easy.reset(curl_easy_init());
    if (exchange->easy == nullptr) ThrowResource("no memory is left for connections");
  } else {
    exchange->easy = std::move(impl_->idle.back());
    impl_->idle.pop_back();
  }
  Impl::Exchange& started = *exchange;
  DSB_CHECK(impl_->exchanges.emplace(id, std::move(exchange)).second);
  impl_->Begin(started);
}

void HttpClient::Stop(int64_t id) { impl_->Remove(id); }

void HttpClient::Poll(int64_t until_ns) {
  Impl& impl = *impl_;
  if (impl.exchanges.empty()) return;
  const int64_t start_ns = impl.clock.NowNs();
  int64_t wake_ns = std::min({until_ns, impl.deadlines_ns, start_ns + kTickNs});
  if (impl.timer_ns >= 0) wake_ns = std::min(wake_ns, impl.timer_ns);
  const int64_t wait_ms = std::max<int64_t>(0, (wake_ns - start_ns + kNsPerMs - 1) / kNsPerMs);
  std::array<epoll_event, kMostEvents> events;
  const int num_events =
      epoll_wait(impl.epoll, events.data(), kMostEvents, static_cast<int>(wait_ms));
  const int64_t now_ns = impl.clock.NowNs();
  impl.waited_ns += now_ns - start_ns;
  for (int i = 0; i < num_events; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    int what = 0;
    if ((event.events & (EPOLLIN | EPOLLHUP)) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    if ((event.events & EPOLLERR) != 0) what |= CURL_CSELECT_ERR;
    impl.Drive(event.data.fd, what);
  }
  if (impl.timer_ns >= 0 && now_ns >= impl.timer_ns) {
    impl.timer_ns = -1;
    impl.Drive(CURL_SOCKET_TIMEOUT, 0);
  }
  impl.TakeFinished();
  impl.CheckDeadlines(now_ns);
}

size_t HttpClient::in_flight() const { return impl_->exchanges.size(); }
int64_t HttpClient::num_refused() const { return impl_->num_refused; }
int64_t HttpClient::waited_ns() const { return impl_->waited_ns; }

namespace {

class OneAnswer : public HttpSink {
 public:
  OneAnswer(HttpClient::Answer& answer, size_t most_bytes)
      : answer_(answer), most_bytes_(most_bytes) {}
  bool OnBody(int /*status*/, std::string_view bytes, int64_t /*time_ns*/) override {
    answer_.body += bytes.substr(0, most_bytes_ - answer_.body.size());
    return answer_.body.size() < most_bytes_;
  }
  void OnEnd(const HttpResult& result, int64_t /*time_ns*/) override { answer_.result = result; }

 private:
  HttpClient::Answer& answer_;
  const size_t most_bytes_;
};

}  // namespace

HttpClient::Answer HttpClient::Fetch(const HttpRequest& request, size_t most_bytes) {
  DSB_CHECK(impl_->exchanges.empty());
  Answer answer;
  OneAnswer sink(answer, most_bytes);
  Start(0, request, sink);
  while (in_flight() > 0) Poll(impl_->clock.NowNs() + 1'000'000'000);
  return answer;
}

}  // namespace dsb
