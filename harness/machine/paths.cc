#include "harness/machine/paths.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/quoted.h"
#include "base/utf8.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTargetFile = "SmolLM2-135M-Instruct.Q4_1.gguf";

// Empty if unset or empty.
std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return "";
  if (FindInvalidUtf8(value) != std::string::npos) {  // names of files are stored as text
    ThrowBadInput(std::string(name) + ": found " + Quoted(value) + ", expected UTF-8");
  }
  return value;
}

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// Folders that may hold models/, workloads/, published/ and ci/: of an installed program and of a
// build folder.
std::vector<fs::path> SharedFolders() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  const fs::path folder = program.parent_path();
  return {(folder / ".." / "share" / "dsbench").lexically_normal(), folder / "share" / "dsbench"};
}

// Empty if it is in none of them.
std::string FindShared(const fs::path& relative) {
  for (const fs::path& folder : SharedFolders()) {
    if (Exists(folder / relative)) return (folder / relative).string();
  }
  return "";
}

// `inside`/`name` of the shipped files, or `name` in the folder that `variable` gives.
std::string FindShipped(const char* inside, const std::string& name, const char* variable,
                        const char* option) {
  if (const std::string given = Variable(variable); !given.empty()) {
    const fs::path path = fs::path(given) / name;
    if (Exists(path)) return path.string();
    ThrowResource(std::string(variable) + ": found no '" + path.string() +
                  "'; set it to a folder with " + name + ", or name one with " + option);
  }
  const fs::path relative = fs::path(inside) / name;
  if (std::string found = FindShared(relative); !found.empty()) return found;
  std::string places;
  for (const fs::path& folder : SharedFolders()) {
    places += (places.empty() ? "" : " nor ") + (folder / relative).string();
  }
  ThrowResource("the shipped " + relative.string() + " was not found" +
                (places.empty() ? ", since /proc/self/exe does not say where this program is"
                                : " beside this program: no " + places) +
                "; name one with " + option + " or set " + variable);
}

struct Cache {
  fs::path folder;
  const char* variable;  // that says where it is
};

// Where the pinned target is kept.
Cache TargetCache() {
  if (const std::string cache = Variable("DSBENCH_CACHE"); !cache.empty()) {
    return {cache, "DSBENCH_CACHE"};
  }
  for (const auto& [variable, inside] :
       {std::pair<const char*, const char*>{"XDG_CACHE_HOME", ""}, {"HOME", ".cache"}}) {
    const fs::path home = Variable(variable);
    if (home.is_absolute()) return {home / inside / "dsbench", variable};
  }
  ThrowResource(
      "no folder for the target model: found neither DSBENCH_CACHE nor an absolute path in "
      "XDG_CACHE_HOME or HOME; name a model with --target or DSBENCH_TARGET");
}

}  // namespace

const char* PinnedTargetName() { return kTargetFile; }

std::string DefaultTargetPath() {
  if (std::string path = Variable("DSBENCH_TARGET"); !path.empty()) {
    if (!Exists(path)) ThrowResource("DSBENCH_TARGET: found no file or folder '" + path + '\'');
    return path;
  }
  const Cache cache = TargetCache();
  const fs::path path = cache.folder / kTargetFile;
  if (!Exists(path)) {
    const std::string fetch = FindShared(fs::path("ci") / "fetch_target.py");
    ThrowResource("no target model at " + path.string() + " (from " + cache.variable + "); " +
                  (fetch.empty() ? "" : "fetch it with: python3 " + fetch + ", or ") +
                  "name one with --target or DSBENCH_TARGET");
  }
  return path.string();
}

std::string DefaultDrafterPath(const std::string& name) {
  return FindShipped("models", name, "DSBENCH_MODELS", "--drafter-path");
}

std::string PublishedPath(const std::string& name) {
  return FindShipped("published", name, "DSBENCH_PUBLISHED", "--data");
}

std::string PublishedPath(const std::string& folder, const std::string& name) {
  return folder.empty() ? PublishedPath(name) : folder + '/' + name;
}

std::string DefaultDrafterOrigin() {
  return Variable("DSBENCH_MODELS").empty() ? "" : " (from DSBENCH_MODELS)";
}

std::vector<std::string> DefaultWorkloadPaths() {
  std::vector<std::string> paths;
  for (const char* name : {"math.jsonl", "code.jsonl", "chat.jsonl"}) {
    paths.push_back(FindShipped("workloads", name, "DSBENCH_WORKLOADS", "--workload"));
  }
  return paths;
}

}  // namespace dsb
