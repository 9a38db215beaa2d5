#include "engines/model_files/safetensors_index.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "base/text_file.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxIndexBytes = 100'000'000;

bool IsBareName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed) &&
         name.find("..") == std::string_view::npos && name != ".";
}

void CheckStaysInFolder(const fs::path& folder, const std::string& file, const std::string& place) {
  std::error_code error;
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) ThrowResource(folder.string() + ": cannot resolve it: " + error.message());
  const fs::path real_file = fs::canonical(folder / file, error);
  if (error) ThrowResource((folder / file).string() + ": cannot open it: " + error.message());
  const auto [end, unused] =
      std::mismatch(real_folder.begin(), real_folder.end(), real_file.begin(), real_file.end());
  if (end != real_folder.end()) {
    ThrowBadInput(place + ": found " + Quoted(file) +
                  ", a link out of the folder, expected a file inside it");
  }
}

}  // namespace

std::map<std::string, std::string, std::less<>> ReadSafetensorsIndex(
    const std::string& folder, const std::string& index_path) {
  const auto index =
      ParseStrictJson<nlohmann::json>(ReadTextFile(index_path, kMaxIndexBytes), index_path);
  const std::string place = index_path + ": weight_map";
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (map == index.end() || !map->is_object() || map->empty()) {
    ThrowBadInput(place + ": missing, expected an object of tensor names and file names");
  }
  std::map<std::string, std::string, std::less<>> files;
  std::string checked;  // most neighbours share a file
  for (const auto& [tensor, value] : map->items()) {
    if (!value.is_string() || !IsBareName(value.get_ref<const std::string&>())) {
      ThrowBadInput(place + ": tensor " + Quoted(tensor) + ": found " +
                    Quoted(value.is_string() ? value.get<std::string>() : value.dump()) +
                    ", expected a file name of letters, digits, '.', '_' and '-'");
    }
    const auto& name = value.get_ref<const std::string&>();
    if (name != checked) CheckStaysInFolder(folder, name, place);
    checked = name;
    files.emplace(tensor, name);
  }
  return files;
}

}  // namespace dsb
