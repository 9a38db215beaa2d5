// A copy of a checkpoint folder that a test changes before it is written: config.json, tensors,
// shards. Lives as long as the object. Not part of the product.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "tests/model_files/safetensors_writer.h"

namespace dsb {

class CheckpointCopy {
 public:
  struct Tensor {
    std::string dtype;
    std::vector<int64_t> shape;
    std::string bytes;
  };
  nlohmann::json config;
  std::map<std::string, Tensor> tensors;

  explicit CheckpointCopy(const std::string& folder) {
    config = nlohmann::json::parse(Bytes(folder + "/config.json"));
    const std::string file = Bytes(folder + "/model.safetensors");
    uint64_t size = 0;
    std::memcpy(&size, file.data(), 8);
    const nlohmann::json header = nlohmann::json::parse(file.substr(8, size));
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") continue;
      const auto begin = entry["data_offsets"][0].get<size_t>();
      const auto end = entry["data_offsets"][1].get<size_t>();
      tensors[name] = {entry["dtype"], entry["shape"], file.substr(8 + size + begin, end - begin)};
    }
  }

  // Element `index` of an F32 or BF16 tensor.
  void Set(const std::string& name, size_t index, float value) {
    Tensor& tensor = tensors.at(name);
    uint32_t bits = 0;
    std::memcpy(&bits, &value, 4);
    if (tensor.dtype == "F32") {
      std::memcpy(tensor.bytes.data() + 4 * index, &bits, 4);
    } else {
      ASSERT_EQ(tensor.dtype, "BF16");
      bits >>= 16;
      std::memcpy(tensor.bytes.data() + 2 * index, &bits, 2);
    }
  }
  void SetZero(const std::string& name) {
    std::string& bytes = tensors.at(name).bytes;
    std::fill(bytes.begin(), bytes.end(), '\0');
  }
  void AddInts(const std::string& name, const std::vector<int64_t>& values) {
    tensors[name] = {"I64",
                     {static_cast<int64_t>(values.size())},
                     std::string(reinterpret_cast<const char*>(values.data()), 8 * values.size())};
  }

  // Writes the folder anew; with more than one shard, tensors are dealt out in turn.
  const std::string& Write(size_t num_shards = 1) const {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/config.json") << config.dump();
    std::vector<nlohmann::json> headers(num_shards, nlohmann::json::object());
    std::vector<std::string> data(num_shards);
    nlohmann::json index;
    size_t next = 0;
    for (const auto& [name, tensor] : tensors) {
      const size_t shard = next++ % num_shards;
      const size_t begin = data[shard].size();
      data[shard] += tensor.bytes;
      headers[shard][name] = {{"dtype", tensor.dtype},
                              {"shape", tensor.shape},
                              {"data_offsets", {begin, data[shard].size()}}};
      index["weight_map"][name] = ShardName(shard);
    }
    for (size_t shard = 0; shard < num_shards; ++shard) {
      const std::string name = num_shards == 1 ? "model.safetensors" : ShardName(shard);
      std::ofstream(folder_ + "/" + name, std::ios::binary)
          << SafetensorsFile(headers[shard].dump(), data[shard]);
    }
    if (num_shards > 1) {
      std::ofstream(folder_ + "/model.safetensors.index.json") << index.dump();
    }
    return folder_;
  }
  static std::string ShardName(size_t shard) {
    return "model-" + std::to_string(shard + 1) + ".safetensors";
  }

 private:
  static std::string Bytes(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  const TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

}  // namespace dsb
