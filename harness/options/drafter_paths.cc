#include "harness/options/drafter_paths.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "engines/drafters/registry.h"
#include "harness/machine/paths.h"
#include "harness/options/suggestion.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLongestCheckpoint = 40;

bool IsNameLetter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-' || c == '_';
}

bool Contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// A drafter of --drafters, "dspark" or "dspark@CHECKPOINT", in its parts.
std::string KindOf(const std::string& source) { return source.substr(0, source.find('@')); }
std::string CheckpointOf(const std::string& source) {
  const size_t at = source.find('@');
  return at == std::string::npos ? "" : source.substr(at + 1);
}

// Those of `drafters` that the name before the '=' means: a drafter, one with its checkpoint, or a
// checkpoint alone. Empty with no such name there: then the whole is a folder.
std::vector<std::string> MeantBy(const std::string& given,
                                 const std::vector<std::string>& drafters) {
  const size_t equals = given.find('=');
  if (equals == std::string::npos) return {};
  const std::string name = given.substr(0, equals);
  std::vector<std::string> meant;
  for (const std::string& drafter : drafters) {
    if (drafter == name || CheckpointOf(drafter) == name) meant.push_back(drafter);
  }
  if (meant.empty() && Contains(DrafterNames(), KindOf(name))) meant.push_back(name);
  return meant;
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
    const std::string source = DrafterOfArm(arm), name = KindOf(source);
    if (source == "all") ThrowBadInput("--drafters: 'all' stands alone, found more than that");
    if (!Contains(choices, name)) {
      ThrowBadInput("--drafters: expected none, " + DrafterNameList() + " or all, found '" + name +
                    "'" + Suggestion(name, choices));
    }
    if (source == name) continue;
    const std::string checkpoint = CheckpointOf(source);
    const bool is_name = !checkpoint.empty() && checkpoint.size() <= kLongestCheckpoint &&
                         std::all_of(checkpoint.begin(), checkpoint.end(), IsNameLetter);
    if (name == "none" || name == "all" || !is_name) {
      ThrowBadInput("--drafters: '" + arm + "': expected DRAFTER@CHECKPOINT, a name of 1 to " +
                    std::to_string(kLongestCheckpoint) + " letters, digits, dots, dashes or '_'");
    }
  }
  return arms;
}

std::map<std::string, std::string> DrafterFolders(const std::vector<std::string>& drafters,
                                                  const std::vector<std::string>& given) {
  std::map<std::string, std::string> folders;
  std::string plain;
  for (const std::string& path : given) {
    const std::vector<std::string> meant = MeantBy(path, drafters);
    if (meant.empty()) {
      if (!plain.empty()) {
        ThrowBadInput("--drafter-path: found two folders without a name, '" + plain + "' and '" +
                      path + "', expected NAME=FOLDER for each");
      }
      plain = path;
    } else if (meant.size() > 1) {
      ThrowBadInput("--drafter-path: '" + path + "' may be for " + ListOf(meant) +
                    ", expected one of these before '='");
    } else if (!Contains(drafters, meant[0])) {
      ThrowBadInput("--drafter-path: '" + path +
                    "' is for a drafter that --drafters does not name");
    } else if (!folders.emplace(meant[0], path.substr(path.find('=') + 1)).second) {
      ThrowBadInput("--drafter-path: found two folders for " + meant[0] +
                    ", expected one (two checkpoints: --drafters " + KindOf(meant[0]) + "@A," +
                    KindOf(meant[0]) + "@B --drafter-path A=FOLDER --drafter-path B=FOLDER)");
    }
  }
  std::vector<std::string> left;
  for (const std::string& drafter : drafters) {
    if (drafter == "none" || folders.contains(drafter)) continue;
    if (const std::string checkpoint = CheckpointOf(drafter); !checkpoint.empty()) {
      ThrowBadInput("--drafters: '" + drafter + "' has no folder, expected --drafter-path " +
                    checkpoint + "=FOLDER");
    }
    left.push_back(drafter);
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
    if (fs::is_directory(folder, ignored)) continue;
    const bool from_variable = plain.empty() && Contains(left, drafter);
    ThrowResource("drafter " + drafter + ": no folder '" + folder + "'" +
                  (from_variable ? DefaultDrafterOrigin() : ""));
  }
  return folders;
}

}  // namespace dsb
