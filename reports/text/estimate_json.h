// An estimate with its interval as JSON, the one form in which all files of this room write it. For
// any class like nlohmann::ordered_json, so that this header needs none.
#pragma once

#include <optional>
#include <string>

#include "base/quoted.h"
#include "results/statistics/estimate.h"

namespace dsb {

template <typename Json, typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <typename Json>
Json EstimateJson(const Estimate& estimate) {
  return {{"value", OrNull<Json>(estimate.value)},
          {"lo", OrNull<Json>(estimate.lo)},
          {"hi", OrNull<Json>(estimate.hi)},
          {"level", OrNull<Json>(estimate.interval_level())},
          {"method", estimate.method},
          {"n", estimate.n},
          {"num_resamples", OrNull<Json>(estimate.num_resamples)},
          {"statistics_seed", OrNull<Json>(estimate.statistics_seed)}};
}

// Names may hold any bytes; what is no UTF-8 is replaced, and nothing that a terminal would obey
// stands as it is.
template <typename Json>
std::string Dump(const Json& json) {
  return ShownJson(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace dsb
