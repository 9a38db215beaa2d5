// The recorded answers of real servers (tests/golden/wire), as a client gets them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "engines/remote/transfer.h"
#include "tests/build_paths.h"

namespace dsb {

inline std::string ReadGolden(const std::string& name) {
  std::ifstream file(std::string(DSB_SOURCE_DIR "/tests/golden/wire/") + name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct RecordedRead {
  int64_t time_ns = 0;
  std::string bytes;
};

struct Recorded {
  int status = 0;
  std::vector<RecordedRead> body;  // without chunked framing
  std::string AllBytes() const {
    std::string all;
    for (const RecordedRead& read : body) all += read.bytes;
    return all;
  }
};

// Takes the framing off as bytes come.
class Unframe {
 public:
  std::string Push(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
      if (left_ > 0) {
        out += c;
        if (--left_ == 0) skip_ = 2;
      } else if (skip_ > 0) {
        --skip_;
      } else if (c == '\n') {
        left_ = std::strtol(size_.c_str(), nullptr, 16);
        size_.clear();
      } else {
        size_ += c;
      }
    }
    return out;
  }

 private:
  std::string size_;
  long left_ = 0;
  int skip_ = 0;
};

inline Recorded ReadRecorded(const std::string& name) {
  const std::string raw = ReadGolden(name + ".raw");
  Recorded recorded;
  recorded.status = std::atoi(raw.c_str() + raw.find(' '));
  const size_t head = raw.find("\r\n\r\n") + 4;
  std::string lower = raw.substr(0, head);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const bool chunked = lower.find("transfer-encoding: chunked") != std::string::npos;
  Unframe unframe;
  std::istringstream times(ReadGolden(name + ".times.tsv"));
  std::string line;
  size_t at = 0;
  while (std::getline(times, line)) {
    if (line.starts_with('#')) continue;
    double seconds = 0;
    size_t count = 0;
    std::istringstream(line) >> seconds >> count;
    std::string bytes = raw.substr(at, count);
    if (at < head) bytes.erase(0, head - at);
    at += count;
    if (chunked) bytes = unframe.Push(bytes);
    if (bytes.empty()) continue;
    recorded.body.push_back({static_cast<int64_t>(seconds * 1e9), std::move(bytes)});
  }
  return recorded;
}

inline RemoteAnswer Replay(const Recorded& recorded, AnswerRules rules = {.max_tokens = 64}) {
  Transfer transfer(std::move(rules));
  int64_t time_ns = 0;
  for (const RecordedRead& read : recorded.body) {
    time_ns = read.time_ns;
    if (!transfer.Take(recorded.status, read.bytes, time_ns)) break;
  }
  HttpResult result;
  result.status = recorded.status;
  return transfer.Finish(result, time_ns);
}

inline std::vector<int> Accepted(const RemoteAnswer& answer) {
  std::vector<int> counts;
  for (const RoundOutcome& round : answer.rounds) counts.push_back(round.accepted);
  return counts;
}

inline int NumTokens(const RemoteAnswer& answer) {
  int count = 0;
  for (const TokenBurst& burst : answer.bursts) count += burst.num_tokens;
  return count;
}

inline std::string TextOf(const RemoteAnswer& answer) {
  std::string text;
  for (const TokenBurst& burst : answer.bursts) text += burst.text;
  return text;
}

}  // namespace dsb
