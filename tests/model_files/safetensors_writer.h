// Writes safetensors files in memory, right or wrong, for tests and fuzz targets. Not part of the
// product.
#pragma once

#include <string>
#include <string_view>

#include "tests/model_files/gguf_writer.h"

namespace dsb {

inline std::string SafetensorsFile(std::string_view header, std::string_view data) {
  return Raw(uint64_t{header.size()}) + std::string(header) + std::string(data);
}

// Two floats, a pair of integers, an empty tensor and metadata; 32 bytes of data.
inline constexpr std::string_view kSmallHeader =
    R"({"__metadata__":{"format":"pt"},)"
    R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
    R"("b":{"dtype":"I32","shape":[2],"data_offsets":[16,24]},)"
    R"("none":{"dtype":"F32","shape":[0,3],"data_offsets":[24,24]},)"
    R"("c":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}   )";

inline std::string SmallSafetensorsFile() {
  return SafetensorsFile(kSmallHeader, Raw(1.5f) + Raw(-2.0f) + Raw(0.0f) + Raw(3.0f) +
                                           Raw(int32_t{-7}) + Raw(int32_t{9}) +
                                           std::string("\x80\x3F\x80\x3F\x80\x3F\x80\x3F"));
}

}  // namespace dsb
