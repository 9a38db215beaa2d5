// Which files of a folder are its weights.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "base/error.h"
#include "base/quoted.h"
#include "engines/model_files/model_folder.h"
#include "engines/model_files/pointer_file.h"
#include "engines/model_files/safetensors.h"
#include "engines/model_files/safetensors_index.h"

namespace dsb {
namespace {

constexpr char kWhole[] = "model.safetensors", kIndex[] = "model.safetensors.index.json";

// Files that turn the weights beside them into another model.
constexpr const char* kAddOns[] = {"adapter_config.json", "adapter_model.safetensors",
                                   "adapter_model.bin", "mask_embedding.pt"};
// Files that say how other programs would quantise the weights beside them.
constexpr const char* kNotes[] = {"hf_quant_config.json", "quant_config.json",
                                  "quantize_config.json"};

bool SameTensors(const Safetensors& a, const Safetensors& b) {
  const std::vector<std::string> names = a.Names();
  if (names != b.Names()) return false;
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    const StoredTensor *left = a.Find(name), *right = b.Find(name);
    if (left != nullptr && right != nullptr) {
      return left->type == right->type && left->shape == right->shape &&
             std::equal(left->bytes.begin(), left->bytes.end(), right->bytes.begin(),
                        right->bytes.end());
    }
    const StoredIntegers *ints = a.FindIntegers(name), *others = b.FindIntegers(name);
    return ints != nullptr && others != nullptr && ints->values == others->values &&
           ints->shape == others->shape && ints->booleans == others->booleans;
  });
}

std::string TwoForms(const std::string& what) {
  return std::string("the folder has both ") + kWhole + ", which is the one that is read, and " +
         kIndex + " with its shards; " + what;
}

[[noreturn]] void RefuseTwoForms(const std::string& path, const std::string& why) {
  ThrowBadInput(path + ": " + TwoForms(why) + "; expected the same tensors in both: remove one");
}

// Both forms are there and the first one is good: engines differ in which they take.
void CheckOtherForm(ModelFolder& folder, const Safetensors& whole,
                    Safetensors (*open_shards)(ModelFolder&)) {
  ModelFolder apart(folder.path());  // not among what was read to run
  std::optional<Safetensors> shards;
  try {
    shards.emplace(open_shards(apart));
  } catch (const Error& error) {
    if (error.code() != ExitCode::kResource) RefuseTwoForms(folder.path(), error.what());
    folder.Warn(TwoForms(std::string("these cannot be read: ") + error.what()));
    return;
  }
  if (shards->file_names() == whole.file_names()) return;  // an index of the one file
  if (!SameTensors(whole, *shards)) RefuseTwoForms(folder.path(), "they differ");
  folder.Warn(TwoForms("they hold the same tensors"));
}

void WarnOfUnreadFiles(ModelFolder& folder, const std::vector<std::string>& read) {
  if (folder.Has(kIndex) && folder.Has(kWhole)) return;  // said already
  for (const std::string& name : folder.NamesEndingIn(".safetensors")) {
    if (std::find(read.begin(), read.end(), name) != read.end()) continue;
    folder.Warn(Quoted(name) + " is not among the files that are read");
  }
}

}  // namespace

Safetensors Safetensors::Open(const std::string& path) {
  std::error_code ignored;  // a path that cannot be read fails below, with its reason
  if (std::filesystem::is_directory(path, ignored)) {
    ModelFolder folder(path);
    return Open(folder);
  }
  Safetensors result;
  result.path_ = path;
  result.files_.push_back(std::make_shared<const MappedFile>(path));
  RefusePointerFile(result.files_.back()->bytes(), path);
  result.AddFile(result.files_.back()->bytes(), path);
  return result;
}

Safetensors Safetensors::Open(ModelFolder& folder) {
  for (const char* name : kAddOns) {
    if (folder.Has(name)) {
      ThrowBadInput(folder.PathOf(name) +
                    ": found it beside the weights, expected none: it makes another model of them");
    }
  }
  for (const char* name : kNotes) {
    if (folder.Has(name)) folder.Warn(Quoted(name) + " is not read: the weights are as stored");
  }
  const bool whole = folder.Has(kWhole), index = folder.Has(kIndex);
  if (!whole && !index) {
    ThrowResource(folder.path() + ": found neither " + kWhole + " nor " + kIndex);
  }
  Safetensors result;
  if (!whole) {
    result = OpenShards(folder);
  } else {
    try {
      result = OpenWhole(folder);
    } catch (const Error& error) {
      if (!index) throw;
      throw Error(error.code(), error.what() + ("; " + TwoForms("remove one of them")),
                  error.where());
    }
    if (index) CheckOtherForm(folder, result, &OpenShards);
  }
  WarnOfUnreadFiles(folder, result.file_names_);
  return result;
}

Safetensors Safetensors::OpenWhole(ModelFolder& folder) {
  Safetensors result;
  result.path_ = folder.path();
  result.files_.push_back(folder.Weights(kWhole));
  result.file_names_.emplace_back(kWhole);
  result.AddFile(result.files_.back()->bytes(), folder.PathOf(kWhole));
  return result;
}

Safetensors Safetensors::OpenShards(ModelFolder& folder) {
  Safetensors result;
  result.path_ = folder.path();
  const std::string index = folder.PathOf(kIndex);
  std::map<std::string, std::set<std::string>> expected;  // shard -> its tensors
  for (const auto& [tensor, file] : ReadSafetensorsIndex(folder, kIndex)) {
    expected[file].insert(tensor);
  }
  for (auto& [file, missing] : expected) {
    const std::string shard = folder.PathOf(file);
    result.files_.push_back(folder.Weights(file));
    result.file_names_.push_back(file);
    for (const std::string& tensor : result.AddFile(result.files_.back()->bytes(), shard)) {
      if (missing.erase(tensor) == 0) {
        ThrowBadInput(shard + ": found tensor " + Quoted(tensor) + ", expected only what " + index +
                      " maps to this file");
      }
    }
    if (!missing.empty()) {
      ThrowBadInput(shard + ": found no tensor " + Quoted(*missing.begin()) + ", expected it as " +
                    index + " says");
    }
  }
  return result;
}

}  // namespace dsb
