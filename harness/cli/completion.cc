#include "harness/cli/completion.h"

namespace dsb {
namespace {

std::string Reply(const std::string& words) {
  return "COMPREPLY=($(compgen -W \"" + words + "\" -- \"$word\"))";
}

std::string Words(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : " ") + word;
  return list;
}

std::string OptionWords(const Command& command) {
  std::vector<std::string> words;
  for (const Option& option : command.options) {
    if (option.group == OptionGroup::kHidden) continue;
    if (option.positional) {
      words.insert(words.end(), option.choices.begin(), option.choices.end());
    } else {
      words.push_back("--" + option.name);
    }
  }
  words.emplace_back("--help");
  return Words(words);
}

// The option before the cursor takes a value: its choices, or a file.
std::string ValueCase(const Command& command, const Option& option) {
  if (option.positional || option.value_name.empty()) return "";
  std::string names = '"' + command.name + " --" + option.name + '"';
  if (!option.alias.empty()) names += "|\"" + command.name + " --" + option.alias + '"';
  const std::string reply = option.choices.empty() ? "" : Reply(Words(option.choices)) + "; ";
  return "    " + names + ") " + reply + "return ;;\n";
}

}  // namespace

std::string BashCompletion(const std::vector<Command>& commands) {
  std::vector<std::string> names;
  std::string values, options;
  for (const Command& command : commands) {
    names.push_back(command.name);
    for (const Option& option : command.options) values += ValueCase(command, option);
    options += "    " + command.name + ") " + Reply(OptionWords(command)) + " ;;\n";
  }
  return "# Completion of dsbench for bash: source <(dsbench completion bash)\n"
         "_dsbench() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  COMPREPLY=()\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    " +
         Reply(Words(names) + " --help --version") +
         "\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]} $before\" in\n" +
         values +
         "  esac\n"
         "  case ${COMP_WORDS[1]} in\n" +
         options +
         "  esac\n"
         "}\n"
         "complete -o default -F _dsbench dsbench\n";
}

}  // namespace dsb
