#include "engines/remote/transfer.h"

#include <utility>

namespace dsb {
namespace {

constexpr size_t kLongestRefusal = 4096;

class OneTransfer : public HttpSink {
 public:
  explicit OneTransfer(AnswerRules rules) : transfer_(std::move(rules)) {}
  bool OnBody(int status, std::string_view bytes, int64_t time_ns) override {
    return transfer_.Take(status, bytes, time_ns);
  }
  void OnEnd(const HttpResult& result, int64_t time_ns) override {
    answer = transfer_.Finish(result, time_ns);
  }
  RemoteAnswer answer;

 private:
  Transfer transfer_;
};

}  // namespace

bool Transfer::Take(int status, std::string_view bytes, int64_t time_ns) {
  if (status != 200) {
    refusal_ += bytes.substr(0, kLongestRefusal - refusal_.size());
    return refusal_.size() < kLongestRefusal;
  }
  if (first_ == '\0') {
    const size_t at = bytes.find_first_not_of(" \t\r\n");
    if (at != std::string_view::npos) first_ = bytes[at];
  }
  parser_.Feed(bytes);
  while (const auto event = parser_.Next()) {
    if (!reader_.Take(ReadStreamEvent(*event), time_ns)) return false;
  }
  if (parser_.broken()) {
    broken_ = "an event of more than " + std::to_string(SseParser::kLongestEvent) + " bytes";
  }
  return broken_.empty();
}

RemoteAnswer Transfer::Finish(const HttpResult& result, int64_t time_ns) {
  EndReason end = result.end == HttpEnd::kTimeout ? EndReason::kTimeout : EndReason::kError;
  std::string broken = broken_;
  if (broken.empty() && result.status != 0 && result.status != 200) {
    broken = "status " + std::to_string(result.status) + ": " + ErrorText(refusal_);
    if (!result.retry_after.empty()) broken += " (retry after " + result.retry_after + ")";
    end = EndReason::kError;
  }
  if (broken.empty()) broken = result.error;
  if (broken.empty()) {
    if (first_ == '{' || first_ == '[' || first_ == '<') {
      return reader_.Finish(time_ns, "no event stream, though one was asked for", end);
    }
    const bool cut = parser_.inside_line();
    if (const auto event = parser_.Last()) reader_.Take(ReadStreamEvent(*event), time_ns);
    if (cut && !reader_.saw_end()) broken = "the stream was cut inside an event";
  }
  return reader_.Finish(time_ns, broken, end);
}

RemoteAnswer FetchAnswer(const HttpRequest& request, AnswerRules rules, HttpClient& client,
                         const Clock& clock) {
  OneTransfer sink(std::move(rules));
  client.Start(0, request, sink);
  while (client.in_flight() > 0) client.Poll(clock.NowNs() + 1'000'000'000);
  return std::move(sink.answer);
}

}  // namespace dsb
