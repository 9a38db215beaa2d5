// A drafter checkpoint made up by a test: config and tensors in memory, written as a folder that
// lives as long as the object. Not part of the product.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "tests/model_files/safetensors_writer.h"

namespace dsb {

struct TestTensor {
  std::vector<int64_t> shape;
  std::vector<float> floats;  // written as F32
  std::vector<int64_t> ints;  // if not empty: written as I64
  std::string bools;          // if not empty: written as BOOL
};

class TestCheckpoint {
 public:
  nlohmann::json config;
  std::map<std::string, TestTensor> tensors;

  void Add(const std::string& name, std::vector<int64_t> shape, std::vector<float> values) {
    tensors[name] = {
        .shape = std::move(shape), .floats = std::move(values), .ints = {}, .bools = {}};
  }
  // Normal values times `scale` around `mean`.
  void AddRandom(const std::string& name, const std::vector<int64_t>& shape, float scale,
                 float mean = 0) {
    size_t size = 1;
    for (const int64_t dim : shape) size *= static_cast<size_t>(dim);
    std::normal_distribution<float> normal(mean, scale);
    std::vector<float> values(size);
    for (float& value : values) value = normal(random_);
    Add(name, shape, std::move(values));
  }

  // Writes config.json and model.safetensors; returns the folder.
  const std::string& Write() const {
    nlohmann::json header;
    std::string data;
    for (const auto& [name, tensor] : tensors) {
      const size_t begin = data.size();
      const auto append = [&data](const void* bytes, size_t size) {
        data.append(static_cast<const char*>(bytes), size);
      };
      append(tensor.floats.data(), tensor.floats.size() * sizeof(float));
      append(tensor.ints.data(), tensor.ints.size() * sizeof(int64_t));
      data += tensor.bools;
      header[name] = {{"dtype", !tensor.ints.empty()    ? "I64"
                                : !tensor.bools.empty() ? "BOOL"
                                                        : "F32"},
                      {"shape", tensor.shape},
                      {"data_offsets", {begin, data.size()}}};
    }
    std::ofstream(folder_ + "/model.safetensors", std::ios::binary)
        << SafetensorsFile(header.dump(), data);
    std::ofstream(folder_ + "/config.json") << config.dump();
    return folder_;
  }

 private:
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  std::mt19937 random_{20240601};
};

}  // namespace dsb
