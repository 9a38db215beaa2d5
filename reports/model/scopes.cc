#include "reports/model/scopes.h"

#include <set>

namespace dsb {

std::vector<std::string> ShownScopes(const ReportSet& set) {
  std::set<std::string> found;
  for (const ReportArm& arm : set.arms) {
    for (const std::string& scope : arm.scopes) {
      if (scope.starts_with("domain:")) found.insert(scope);
    }
  }
  std::vector<std::string> scopes;
  for (const char* known : {"domain:math", "domain:code", "domain:chat"}) {
    if (found.erase(known) > 0) scopes.push_back(known);
  }
  scopes.insert(scopes.end(), found.begin(), found.end());
  scopes.push_back("all");
  return scopes;
}

std::string ScopeTitle(const std::string& scope) {
  const size_t colon = scope.find(':');
  return colon == std::string::npos ? scope : scope.substr(colon + 1);
}

}  // namespace dsb
