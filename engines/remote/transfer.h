// One streamed exchange as it arrives: status and body to events, events to an answer. Between the
// HTTP client, which knows no events, and the answer, which knows no bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "engines/remote/answer.h"
#include "engines/remote/http_client.h"
#include "engines/remote/sse_parser.h"

namespace dsb {

class Transfer {
 public:
  explicit Transfer(AnswerRules rules) : reader_(std::move(rules)) {}
  // False: the answer has failed, no more is wanted.
  bool Take(int status, std::string_view bytes, int64_t time_ns);
  RemoteAnswer Finish(const HttpResult& result, int64_t time_ns);

 private:
  char first_ = '\0';  // byte of the body that is no blank
  SseParser parser_;
  AnswerReader reader_;
  std::string refusal_;  // the body of a status that is not 200, its beginning
  std::string broken_;
};

// One streamed answer, waited for.
RemoteAnswer FetchAnswer(const HttpRequest& request, AnswerRules rules, HttpClient& client,
                         const Clock& clock);

}  // namespace dsb
