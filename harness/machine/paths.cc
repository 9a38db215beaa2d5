#include "harness/machine/paths.h"

#include <cstdlib>
#include <filesystem>

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

// Folders that may hold models/ and workloads/, first match wins.
std::vector<fs::path> Roots() {
  std::vector<fs::path> roots;
  std::error_code failed;
  const fs::path binary = fs::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    const fs::path folder = binary.parent_path();
    roots.push_back((folder / ".." / "..").lexically_normal());
    roots.push_back((folder / ".." / "share" / "dsbench").lexically_normal());
  }
  roots.emplace_back(DSB_SOURCE_DIR);
  return roots;
}

std::string FindShipped(const fs::path& relative, const char* option) {
  for (const fs::path& root : Roots()) {
    if (Exists(root / relative)) return (root / relative).string();
  }
  ThrowResource("the shipped " + relative.string() +
                " was not found beside this program; name it with " + option);
}

}  // namespace

const char* PinnedTargetName() { return kTargetFile; }

std::string DefaultTargetPath() {
  if (std::string path = Variable("DSBENCH_TARGET"); !path.empty()) {
    if (!Exists(path)) ThrowResource("DSBENCH_TARGET: no file or folder '" + path + "'");
    return path;
  }
  fs::path cache = Variable("DSBENCH_CACHE");
  std::string origin = "DSBENCH_CACHE";
  if (cache.empty()) {
    origin = "XDG_CACHE_HOME";
    fs::path home = Variable("XDG_CACHE_HOME");
    if (home.is_relative()) {  // the convention: such a value does not count
      origin = "HOME";
      const std::string user = Variable("HOME");
      if (user.empty()) {
        ThrowResource(
            "no target model: HOME is not set, so there is no cache folder to look in; name the "
            "model with --target or DSBENCH_TARGET, or its folder with DSBENCH_CACHE");
      }
      home = fs::path(user) / ".cache";
    }
    cache = home / "dsbench";
  }
  const fs::path path = cache / kTargetFile;
  if (!Exists(path)) {
    ThrowResource("no target model at " + path.string() + " (from " + origin +
                  "); fetch it with: bash ci/quickstart.sh (or name one with --target)");
  }
  return path.string();
}

std::string DefaultDrafterPath(const std::string& name) {
  if (const std::string models = Variable("DSBENCH_MODELS"); !models.empty()) {
    return (fs::path(models) / name).string();
  }
  return FindShipped(fs::path("models") / name, "--drafter-path");
}

std::string DefaultDrafterOrigin() {
  return Variable("DSBENCH_MODELS").empty() ? "" : " (from DSBENCH_MODELS)";
}

std::vector<std::string> DefaultWorkloadPaths() {
  std::vector<std::string> paths;
  for (const char* name : {"math.jsonl", "code.jsonl", "chat.jsonl"}) {
    paths.push_back(FindShipped(fs::path("workloads") / name, "--workload"));
  }
  return paths;
}

}  // namespace dsb
