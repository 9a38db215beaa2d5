#include "harness/cli/man_page.h"

#include "harness/cli/program_text.h"
#include "harness/machine/variables.h"

namespace dsb {
namespace {

// Text as roff prints it: every - is the one of the keyboard, and no line is a request.
std::string Roff(const std::string& text) {
  std::string roff;
  bool line_starts = true;
  for (const char c : text) {
    if (line_starts && (c == '.' || c == '\'')) roff += "\\&";
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else {
      roff += c;
    }
    line_starts = c == '\n';
  }
  return roff;
}

std::string Item(const std::string& tag, const std::string& text) {
  return ".TP\n" + tag + '\n' + Roff(text) + '\n';
}

std::string Bold(const std::string& text) { return "\\fB" + Roff(text) + "\\fR"; }

std::string OptionItem(const Option& option) {
  std::string tag = Bold((option.positional ? "" : "--") + option.name);
  if (!option.alias.empty()) tag += ", " + Bold("--" + option.alias);
  if (!option.value_name.empty() && !option.positional) {
    tag += " \\fI" + Roff(option.value_name) + "\\fR";
  }
  std::string text = option.help;
  if (option.required) {
    text += "; required";
  } else if (const std::string value = DefaultText(option.value); !value.empty()) {
    text += "; default: " + value;
  }
  return Item(tag, text);
}

std::string CommandSection(const Command& command) {
  std::string section = ".SS " + Roff(command.name) + '\n' + Roff(command.summary) + ".\n";
  for (const Option& option : command.options) {
    if (option.group != OptionGroup::kHidden) section += OptionItem(option);
  }
  return section;
}

}  // namespace

std::string ManPage(const std::vector<Command>& commands, const std::string& version) {
  std::string page = ".TH DSBENCH 1 \"\" \"dsbench " + Roff(version) +
                     "\" \"User Commands\"\n"
                     ".SH NAME\ndsbench \\- measure speculative decoding\n"
                     ".SH SYNOPSIS\n.B dsbench\n.I COMMAND\n.RI [ OPTION ...]\n"
                     ".SH DESCRIPTION\n.B dsbench\n" +
                     Roff(kProgramPurpose) + "\n.SH COMMANDS\n";
  for (const Command& command : commands) page += CommandSection(command);
  page += ".SH ENVIRONMENT\n";
  for (const EnvironmentVariable& variable : EnvironmentVariables()) {
    page += Item(Bold(variable.name), variable.what);
  }
  page +=
      ".SH FILES\n"
      "The shipped drafters, prompts and the script that fetches the target model are in\n"
      ".IR share/dsbench ,\n"
      "beside the folder that the program is in or beside the program itself.\n"
      ".SH EXIT STATUS\n";
  for (const ExitMeaning& meaning : ExitMeanings()) {
    page += Item(Bold(std::to_string(meaning.code)), meaning.what);
  }
  return page;
}

}  // namespace dsb
