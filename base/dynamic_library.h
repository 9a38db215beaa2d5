// A shared library opened at run time, never linked. It stays open for good: its threads may still
// run when whoever opened it has gone.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dsb {

class DynamicLibrary {
 public:
  // The first of `candidates` (names or paths) that opens. None, and the reason in `why_not`, if
  // none does.
  static std::optional<DynamicLibrary> Open(const std::vector<std::string>& candidates,
                                            std::string* why_not);

  // Sets `function` to the library's `name`. False, and the reason in `why_not`, if it has none.
  template <typename Function>
  bool Find(const char* name, Function& function, std::string* why_not) const {
    function = reinterpret_cast<Function>(Symbol(name, why_not));
    return function != nullptr;
  }

 private:
  DynamicLibrary(void* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  void* Symbol(const char* name, std::string* why_not) const;

  void* handle_;
  std::string name_;
};

}  // namespace dsb
