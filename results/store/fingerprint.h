// What makes two environments or two builds the same: SHA-256 of their canonical JSON (keys sorted,
// no spaces, details included).
#pragma once

#include <string>

#include "results/records.h"

namespace dsb {

// Throws kInternal if detail_json is no JSON.
std::string Fingerprint(const EnvironmentRecord& record);
std::string Fingerprint(const BuildRecord& record);

}  // namespace dsb
