#include "engines/model_files/safetensors_index.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/quoted.h"
#include "base/strict_json.h"
#include "engines/model_files/folder_links.h"
#include "engines/model_files/model_folder.h"

namespace dsb {
namespace {

constexpr size_t kMaxIndexBytes = size_t{64} << 20;

bool IsBareName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed) &&
         name.find("..") == std::string_view::npos && name != ".";
}

}  // namespace

std::map<std::string, std::string, std::less<>> ReadSafetensorsIndex(ModelFolder& folder,
                                                                     const std::string& file) {
  const std::string index_path = folder.PathOf(file);
  const auto index = ParseStrictJson<nlohmann::json>(folder.Text(file, kMaxIndexBytes), index_path);
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
    if (name != checked) CheckFolderLink(folder.path(), name, place);
    checked = name;
    files.emplace(tensor, name);
  }
  return files;
}

}  // namespace dsb
