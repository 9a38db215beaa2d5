#include "results/metrics/slo.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "results/metrics/speed.h"
#include "results/run_data.h"

namespace dsb {
namespace {

// The number at the front of `text`, which moves past it; none if there is none above 0.
std::optional<double> TakeNumber(std::string_view& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number <= 0) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

std::optional<double> TimeNs(std::string_view text) {
  const std::optional<double> number = TakeNumber(text);
  if (!number) return std::nullopt;
  for (const auto& [unit, ns] :
       {std::pair<std::string_view, double>{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}) {
    if (text == unit) return *number * ns;
  }
  return std::nullopt;
}

void ReadTerm(std::string_view term, Slo& slo) {
  const size_t equals = term.find('=');
  const std::string_view name = term.substr(0, equals);
  std::string_view value = equals == std::string_view::npos ? "" : term.substr(equals + 1);
  std::optional<double>* const limit = name == "ttft"          ? &slo.ttft_ns
                                       : name == "e2e"         ? &slo.e2e_ns
                                       : name == "tpot"        ? &slo.tpot_ns_per_token
                                       : name == "decode_rate" ? &slo.decode_rate_per_s
                                                               : nullptr;
  const std::string found = "found " + Quoted(term) + " in the SLO, expected ";
  if (limit == nullptr) {
    ThrowBadInput(found + "ttft=TIME, e2e=TIME, tpot=TIME or decode_rate=NUMBER");
  }
  if (limit->has_value()) ThrowBadInput(found + "each term once");
  if (limit != &slo.decode_rate_per_s) {
    *limit = TimeNs(value);
    if (!*limit) ThrowBadInput(found + "a time above 0 in ns, us, ms or s, like 2000ms");
    return;
  }
  *limit = TakeNumber(value);
  if (!*limit || !value.empty()) ThrowBadInput(found + "a number of tokens a second above 0");
}

bool Above(std::optional<double> limit, int64_t value) {
  return limit && static_cast<double>(value) > *limit;
}

}  // namespace

Slo ParseSlo(const std::string& text) {
  Slo slo;
  slo.text = text;
  std::string_view rest = text;
  for (;;) {
    const size_t comma = rest.find(',');
    ReadTerm(rest.substr(0, comma), slo);
    if (comma == std::string_view::npos) return slo;
    rest.remove_prefix(comma + 1);
  }
}

SloState StateOf(const Slo& slo, const RequestRecord& request) {
  const std::optional<RequestTiming> timing = TimingOf(request);
  if (!Finished(request)) {
    if (request.phase != "drain") return SloState::kViolated;
    const int64_t age_ns = request.finished_ns.value_or(request.issued_ns) - request.scheduled_ns;
    const int64_t ttft_ns = timing ? timing->ttft_ns : age_ns;
    if (Above(slo.ttft_ns, ttft_ns) || Above(slo.e2e_ns, age_ns)) return SloState::kViolated;
    return SloState::kOpen;
  }
  if (!timing) return SloState::kViolated;
  if (Above(slo.ttft_ns, timing->ttft_ns) || Above(slo.e2e_ns, timing->e2e_ns)) {
    return SloState::kViolated;
  }
  const std::optional<double> tpot = timing->tpot();
  if (tpot && slo.tpot_ns_per_token && *tpot > *slo.tpot_ns_per_token) return SloState::kViolated;
  const bool slow = tpot && slo.decode_rate_per_s && *tpot * *slo.decode_rate_per_s > 1e9;
  return slow ? SloState::kViolated : SloState::kMet;
}

}  // namespace dsb
