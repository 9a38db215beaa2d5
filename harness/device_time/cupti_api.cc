#include "harness/device_time/cupti_api.h"

#ifdef DSB_WITH_CUPTI
#include <dlfcn.h>

#include <vector>

namespace dsb {
namespace {

// Beside the other CUDA libraries (the program's run path), or where the toolkit keeps it.
std::vector<std::string> Candidates() {
  const std::string name = "libcupti.so." + std::to_string(CUDA_VERSION / 1000);
  return {name, "/usr/local/cuda/extras/CUPTI/lib64/" + name, "/usr/local/cuda/lib64/" + name};
}

}  // namespace

std::unique_ptr<CuptiApi> CuptiApi::Open(std::string* why_not) {
  std::unique_ptr<CuptiApi> api(new CuptiApi);
  const std::vector<std::string> candidates = Candidates();
  for (const std::string& path : candidates) {
    api->library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (api->library_ != nullptr) break;
  }
  if (api->library_ == nullptr) {
    *why_not = "no " + candidates.front();
    return nullptr;
  }
  const auto find = [&](const char* name, auto& function) {
    function =
        reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(api->library_, name));
    if (function == nullptr) *why_not = candidates.front() + " has no " + name;
    return function != nullptr;
  };
  const bool complete =
      find("cuptiGetVersion", api->get_version) && find("cuptiGetTimestamp", api->get_timestamp) &&
      find("cuptiGetResultString", api->get_result_string) &&
      find("cuptiActivityRegisterCallbacks", api->register_callbacks) &&
      find("cuptiActivityEnable", api->enable) && find("cuptiActivityDisable", api->disable) &&
      find("cuptiActivityFlushAll", api->flush_all) &&
      find("cuptiActivityGetNextRecord", api->next_record) &&
      find("cuptiActivityGetNumDroppedRecords", api->num_dropped) &&
      find("cuptiActivityPushExternalCorrelationId", api->push_id) &&
      find("cuptiActivityPopExternalCorrelationId", api->pop_id);
  if (!complete) return nullptr;
  return api;
}

// The library stays open: its threads may still run.
CuptiApi::~CuptiApi() = default;

}  // namespace dsb
#endif  // DSB_WITH_CUPTI
