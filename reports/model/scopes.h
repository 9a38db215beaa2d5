// Which scopes of a set are shown, in which order, and what they are called.
#pragma once

#include <string>
#include <vector>

#include "reports/model/model.h"

namespace dsb {

// Domains in the order math, code, chat, others; then all.
std::vector<std::string> ShownScopes(const ReportSet& set);
std::string ScopeTitle(const std::string& scope);  // "domain:math" -> "math"

}  // namespace dsb
