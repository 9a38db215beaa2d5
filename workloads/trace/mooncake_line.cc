#include "workloads/trace/mooncake_line.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "workloads/trace/trace_time.h"

namespace dsb {
namespace {

using Json = nlohmann::json;

constexpr double kNsPerMs = 1e6;

int64_t Integer(const Json& value, int64_t most, const std::string& what) {
  if (value.is_number_integer()) {
    const bool fits = !value.is_number_unsigned() || value.get<uint64_t>() <= INT64_MAX;
    if (fits && value.get<int64_t>() >= 0 && value.get<int64_t>() <= most) {
      return value.get<int64_t>();
    }
  }
  ThrowBadInput(what + " is " + Quoted(value.dump()) + ", expected an integer from 0 to " +
                std::to_string(most));
}

}  // namespace

TraceRow ReadMooncakeLine(std::string_view line, const std::string& place) {
  const auto object = ParseStrictJson<Json>(line, place);
  if (!object.is_object()) ThrowBadInput(place + ": expected one object a line");
  TraceRow row;
  std::optional<int64_t> time_ns, input, output;
  bool has_blocks = false;
  for (const auto& [key, value] : object.items()) {
    const std::string what = place + ": \"" + key + '"';
    if (key == "timestamp") {
      if (value.is_number()) time_ns = NsOfNumber(value.get<double>(), kNsPerMs);
      if (!time_ns) {
        ThrowBadInput(what + " is " + Quoted(value.dump()) +
                      ", expected milliseconds from 0 to 104 days");
      }
    } else if (key == "input_length") {
      input = Integer(value, kMaxTraceTokens, what);
    } else if (key == "output_length") {
      output = Integer(value, kMaxTraceTokens, what);
    } else if (key == "hash_ids") {
      if (!value.is_array()) ThrowBadInput(what + " is no list, expected a list of integers");
      for (const Json& id : value) row.prefix_blocks.push_back(Integer(id, INT64_MAX, what));
      has_blocks = true;
    } else {
      ThrowBadInput(place + ": unknown key " + Quoted(key) +
                    ", expected timestamp, input_length, output_length and hash_ids");
    }
  }
  const char* const missing = !time_ns      ? "timestamp"
                              : !input      ? "input_length"
                              : !output     ? "output_length"
                              : !has_blocks ? "hash_ids"
                                            : nullptr;
  if (missing != nullptr) {
    ThrowBadInput(place + ": key \"" + missing +
                  "\" is missing, expected timestamp, input_length, output_length and hash_ids");
  }
  row.time_ns = *time_ns;
  row.input_tokens = *input;
  row.output_tokens = *output;
  const int64_t blocks = (row.input_tokens + kPrefixBlockTokens - 1) / kPrefixBlockTokens;
  if (static_cast<int64_t>(row.prefix_blocks.size()) != blocks) {
    ThrowBadInput(place + ": found " + std::to_string(row.prefix_blocks.size()) + " hash_ids for " +
                  std::to_string(row.input_tokens) + " tokens, expected " + std::to_string(blocks) +
                  ", one for each begun block of " + std::to_string(kPrefixBlockTokens));
  }
  return row;
}

}  // namespace dsb
