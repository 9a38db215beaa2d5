// What remote_client_bench is asked for, out of its words. Read by that program and its test alone.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/quoted.h"

namespace dsb {

inline constexpr std::string_view kClientBenchUsage =
    "usage: remote_client_bench [STREAMS (1000) [EVENTS A SECOND AND STREAM (50) [SECONDS (10) "
    "[bare]]]]\n"
    "How late this client reads the events of a null server on loopback, and what CPU time one\n"
    "takes. bare: epoll and recv alone read them, which is what the system itself costs.\n";

struct ClientLoad {
  static constexpr int64_t kMostEvents = 20'000'000;  // of all streams: they are kept

  int streams = 1000, events_per_s = 50, seconds = 10;
  bool bare = false, help = false;
  int events() const { return events_per_s * seconds; }  // of a stream
};

// Throws kBadInput on words that the usage does not have.
inline ClientLoad ReadClientLoad(const std::vector<std::string>& words) {
  ClientLoad load;
  if (words == std::vector<std::string>{"--help"}) {
    load.help = true;
    return load;
  }
  const struct {
    const char* name;
    int ClientLoad::*value;
    int most;
  } numbers[] = {{"STREAMS", &ClientLoad::streams, 20'000},
                 {"EVENTS", &ClientLoad::events_per_s, 10'000},
                 {"SECONDS", &ClientLoad::seconds, 3'600}};
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (i == 3) load.bare = word == "bare";
    if (i > 3 || (i == 3 && !load.bare)) {
      ThrowBadInput("found " + Quoted(word) + ", expected " +
                    (i == 3 ? "bare or nothing" : "no more words"));
    }
    if (i == 3) continue;
    int& value = load.*numbers[i].value;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data(), end, value);
    if (error != std::errc() || stop != end || value < 1 || value > numbers[i].most) {
      ThrowBadInput(std::string(numbers[i].name) + ": found " + Quoted(word) +
                    ", expected a number from 1 to " + std::to_string(numbers[i].most));
    }
  }
  if (int64_t{load.streams} * load.events() > ClientLoad::kMostEvents) {
    ThrowBadInput("expected at most " + std::to_string(ClientLoad::kMostEvents) +
                  " events of all streams");
  }
  return load;
}

}  // namespace dsb
