#include "harness/options/stored_command.h"

#include <algorithm>
#include <map>

#include "engines/remote/server_url.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/options/file_name.h"
#include "harness/options/names.h"

namespace dsb {
namespace {

// Gives each path its own name; two paths of one name are told apart by a number before it.
class Names {
 public:
  std::string Of(const std::string& path) {
    const std::string name = FileName(path);
    std::vector<std::string>& paths = paths_of_[name];
    const auto found = std::find(paths.begin(), paths.end(), path);
    const auto place = static_cast<size_t>(found - paths.begin());
    if (found == paths.end()) paths.push_back(path);
    return place == 0 ? name : std::to_string(place + 1) + '/' + name;
  }

 private:
  std::map<std::string, std::vector<std::string>> paths_of_;
};

std::string WithNames(const Option& option, const std::string& text, Names& names) {
  if (option.path == PathForm::kNone) return text;
  if (option.path == PathForm::kUrl) return StoredArmUrl(text);
  const std::string path = PathIn(option.path, text);
  if (path.empty()) return text;
  // "NAME=" stays in front, ":RUN" behind.
  const size_t at = text.rfind(path);
  return text.substr(0, at) + names.Of(path) + text.substr(at + path.size());
}

void AppendOption(const Option& option, const std::string& text, std::string& command) {
  command += " --" + option.name;
  // The parser would take a value that begins with a dash for an option.
  command += text.starts_with('-') ? '=' : ' ';
  command += ShellText(text);
}

void AppendValues(const Option& option, std::vector<std::string> texts, Names& names,
                  std::string& command) {
  for (std::string& text : texts) text = WithNames(option, text, names);
  const bool has_comma = std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    return text.find(',') != std::string::npos;
  });
  if (IsSplit(option) && !has_comma) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "" : ",") + text;
    texts = {list};
  }
  for (const std::string& text : texts) AppendOption(option, text, command);
}

// What environment variables stand for is named, so that they are not needed.
void AddFromEnvironment(const RunOptions& filled, RunOptions& given) {
  if (EngineFromName(filled.engine) != EngineKind::kNative) return;
  if (given.target.empty() && FileName(filled.target) != PinnedTargetName()) {
    given.target = filled.target;
  }
  if (!given.drafter_paths.empty() || DefaultDrafterOrigin().empty()) return;
  for (const auto& [drafter, folder] : filled.drafter_folders) {
    given.drafter_paths.push_back(drafter + '=' + folder);
  }
}

}  // namespace

std::string WithNamesOnly(std::string message, const RunOptions& filled) {
  RunOptions copy = filled;
  for (const auto& [drafter, folder] : filled.drafter_folders) {
    copy.drafter_paths.push_back(drafter + '=' + folder);
  }
  for (const Option& option : DescribeOptions(copy)) {
    for (const std::string& text : ValueTexts(option.value)) {
      const std::string path = PathIn(option.path, text), name = FileName(path);
      if (path.empty() || path == name) continue;
      for (size_t at = 0; (at = message.find(path, at)) != std::string::npos; at += name.size()) {
        message.replace(at, path.size(), name);
      }
    }
  }
  return message;
}

std::string StoredCommand(const RunOptions& given, const RunOptions& filled) {
  RunOptions said = given;
  AddFromEnvironment(filled, said);
  RunOptions untouched;
  const std::vector<Option> defaults = DescribeOptions(untouched);
  const std::vector<Option> options = DescribeOptions(said);
  Names names;
  std::string command = "dsbench run";
  for (size_t i = 0; i < options.size(); ++i) {
    const Option& option = options[i];
    const std::vector<std::string> texts = ValueTexts(option.value);
    if (!option.reproduces || texts == ValueTexts(defaults[i].value)) continue;
    if (option.value_name.empty()) {
      command += " --" + option.name;
    } else {
      AppendValues(option, texts, names, command);
    }
  }
  return command;
}

}  // namespace dsb
