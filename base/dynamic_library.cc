#include "base/dynamic_library.h"

#include <dlfcn.h>

#include "base/error.h"

namespace dsb {

std::optional<DynamicLibrary> DynamicLibrary::Open(const std::vector<std::string>& candidates,
                                                   std::string* why_not) {
  DSB_CHECK(!candidates.empty());
  for (const std::string& candidate : candidates) {
    void* const handle = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle != nullptr) return DynamicLibrary(handle, candidate);
  }
  *why_not = "no " + candidates.front();
  return std::nullopt;
}

void* DynamicLibrary::Symbol(const char* name, std::string* why_not) const {
  void* const symbol = dlsym(handle_, name);
  if (symbol == nullptr) *why_not = name_ + " has no " + name;
  return symbol;
}

}  // namespace dsb
