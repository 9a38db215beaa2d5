// Any page of counters, error body or URL is read or refused; nothing else may happen.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engines/remote/counters.h"
#include "engines/remote/server_url.h"
#include "engines/remote/stream_event.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const dsb::ServerCounters counters = dsb::ReadCounters(text);
  DSB_CHECK(counters.size() <= 4096);
  for (const auto& [name, value] : counters) DSB_CHECK(!name.empty() && std::isfinite(value));
  DSB_CHECK(dsb::RestartBetween(counters, counters).empty());
  const std::string error = dsb::ErrorText(text);
  DSB_CHECK(!error.empty() && error.find('\n') == std::string::npos && error.size() < 5000);
  try {
    const dsb::ServerUrl url = dsb::ParseServerUrl(text, "url");
    // What is stored of it is a URL again, and the same.
    const std::string stored = url.Stored();
    DSB_CHECK(url.local || dsb::ParseServerUrl(stored, "url").base == stored);
  } catch (const dsb::Error& refused) {
    DSB_CHECK(refused.code() == dsb::ExitCode::kBadInput);
    DSB_CHECK(std::string(refused.what()).find('\n') == std::string::npos);
  }
  return 0;
}
