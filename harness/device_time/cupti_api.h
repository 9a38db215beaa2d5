// The few functions of CUPTI that we call, looked up in the library that is opened at run time
// (cuda.md 6: never linked). Only for builds with its headers; included by cupti_source.cc alone.
#pragma once

#ifdef DSB_WITH_CUPTI
#include <cupti.h>

#include <memory>
#include <string>

namespace dsb {

class CuptiApi {
 public:
  // Null, and the reason in `why_not`, if the library or one of its functions is missing.
  static std::unique_ptr<CuptiApi> Open(std::string* why_not);
  CuptiApi(const CuptiApi&) = delete;
  CuptiApi& operator=(const CuptiApi&) = delete;

  decltype(&cuptiGetVersion) get_version = nullptr;
  decltype(&cuptiGetTimestamp) get_timestamp = nullptr;
  decltype(&cuptiGetResultString) get_result_string = nullptr;
  decltype(&cuptiActivityRegisterCallbacks) register_callbacks = nullptr;
  decltype(&cuptiActivityEnable) enable = nullptr;
  decltype(&cuptiActivityDisable) disable = nullptr;
  decltype(&cuptiActivityFlushAll) flush_all = nullptr;
  decltype(&cuptiActivityGetNextRecord) next_record = nullptr;
  decltype(&cuptiActivityGetNumDroppedRecords) num_dropped = nullptr;
  decltype(&cuptiActivityPushExternalCorrelationId) push_id = nullptr;
  decltype(&cuptiActivityPopExternalCorrelationId) pop_id = nullptr;

 private:
  CuptiApi() = default;
};

}  // namespace dsb
#endif  // DSB_WITH_CUPTI
