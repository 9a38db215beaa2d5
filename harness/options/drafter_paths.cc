#include "harness/options/drafter_paths.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "engines/drafters/registry.h"
#include "harness/machine/paths.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

bool Contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// The drafter before the '=', or an empty name: then the whole is a folder.
std::string NameOf(const std::string& given) {
  const size_t equals = given.find('=');
  if (equals == std::string::npos) return "";
  const std::string name = given.substr(0, equals);
  return Contains(DrafterNames(), name) ? name : "";
}

std::string FolderIn(const std::string& given, const std::string& drafter, bool only) {
  std::error_code ignored;
  if (only && (fs::exists(fs::path(given) / "config.json", ignored) ||
               !fs::is_directory(fs::path(given) / drafter, ignored))) {
    return given;
  }
  return (fs::path(given) / drafter).string();
}

}  // namespace

std::vector<std::string> DrafterChoices() {
  std::vector<std::string> names = DrafterNames();
  names.insert(names.begin(), "none");
  names.emplace_back("all");
  return names;
}

std::string DrafterOfArm(const std::string& arm) { return arm.substr(0, arm.find(':')); }

std::vector<std::string> ExpandDrafters(const std::vector<std::string>& arms) {
  std::vector<std::string> choices = DrafterChoices();
  if (arms.size() == 1 && arms[0] == "all") {
    choices.pop_back();
    return choices;
  }
  for (const std::string& arm : arms) {
    const std::string name = DrafterOfArm(arm);
    if (name == "all") ThrowBadInput("--drafters: 'all' stands alone, found more than that");
    if (!Contains(choices, name)) {
      ThrowBadInput("--drafters: expected none, " + DrafterNameList() + " or all, found '" + name +
                    "'");
    }
  }
  return arms;
}

std::map<std::string, std::string> DrafterFolders(const std::vector<std::string>& drafters,
                                                  const std::vector<std::string>& given) {
  std::map<std::string, std::string> folders;
  std::string plain;
  for (const std::string& path : given) {
    const std::string name = NameOf(path);
    if (name.empty()) {
      if (!plain.empty()) {
        ThrowBadInput("--drafter-path: found two folders without a name, '" + plain + "' and '" +
                      path + "', expected NAME=FOLDER for each");
      }
      plain = path;
    } else if (!Contains(drafters, name)) {
      ThrowBadInput("--drafter-path: '" + path +
                    "' is for a drafter that --drafters does not name");
    } else if (!folders.emplace(name, path.substr(name.size() + 1)).second) {
      ThrowBadInput("--drafter-path: found two folders for " + name + ", expected one");
    }
  }
  std::vector<std::string> left;
  for (const std::string& drafter : drafters) {
    if (drafter != "none" && !folders.contains(drafter)) left.push_back(drafter);
  }
  if (!plain.empty() && left.empty()) {
    ThrowBadInput("--drafter-path: no drafter is left to read from '" + plain + "'");
  }
  for (const std::string& drafter : left) {
    folders[drafter] =
        plain.empty() ? DefaultDrafterPath(drafter) : FolderIn(plain, drafter, left.size() == 1);
  }
  for (const auto& [drafter, folder] : folders) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) {
      ThrowResource("drafter " + drafter + ": no folder '" + folder + "'");
    }
  }
  return folders;
}

}  // namespace dsb
