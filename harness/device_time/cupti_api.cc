#include "harness/device_time/cupti_api.h"

#ifdef DSB_WITH_CUPTI
#include <vector>

#include "base/dynamic_library.h"

namespace dsb {
namespace {

// Beside the other CUDA libraries (the program's run path), or where the toolkit keeps it.
std::vector<std::string> Candidates() {
  const std::string name = "libcupti.so." + std::to_string(CUDA_VERSION / 1000);
  return {name, "/usr/local/cuda/extras/CUPTI/lib64/" + name, "/usr/local/cuda/lib64/" + name};
}

}  // namespace

std::unique_ptr<CuptiApi> CuptiApi::Open(std::string* why_not) {
  const auto library = DynamicLibrary::Open(Candidates(), why_not);
  if (!library) return nullptr;
  std::unique_ptr<CuptiApi> api(new CuptiApi);
  const auto find = [&](const char* name, auto& function) {
    return library->Find(name, function, why_not);
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

}  // namespace dsb
#endif  // DSB_WITH_CUPTI
