#include "harness/cli/help_page.h"

#include <algorithm>

#include "harness/cli/program_text.h"
#include "reports/document/wrap.h"

namespace dsb {
namespace {

constexpr size_t kIndent = 2, kGap = 2, kWidestName = 28;

struct Entry {
  std::string name, text;
};

void AppendWrapped(const std::string& text, size_t indent, int columns, std::string& page) {
  for (const std::string& line : Wrap(text, static_cast<size_t>(columns) - indent)) {
    page += std::string(indent, ' ') + line + '\n';
  }
}

// Names in a column of their own, where there is room for the text beside them.
void AppendEntries(const std::vector<Entry>& entries, int columns, std::string& page) {
  size_t width = 0;
  for (const Entry& entry : entries) {
    if (entry.name.size() <= kWidestName) width = std::max(width, entry.name.size());
  }
  const size_t indent = columns < 60 ? 2 * kIndent : kIndent + width + kGap;
  for (const Entry& entry : entries) {
    std::string text;
    AppendWrapped(entry.text, indent, columns, text);
    const bool beside = kIndent + entry.name.size() + kGap <= indent;
    std::string name = std::string(kIndent, ' ') + entry.name;
    if (beside) {
      text.replace(0, indent, name + std::string(indent - name.size(), ' '));
      page += text;
    } else {
      AppendWrapped(entry.name, kIndent, columns, page);
      page += text;
    }
  }
}

std::string NameOf(const Option& option) {
  if (option.positional) return option.name;
  std::string name = "--" + option.name;
  if (!option.alias.empty()) name += ", --" + option.alias;
  return option.value_name.empty() ? name : name + ' ' + option.value_name;
}

Entry EntryOf(const Option& option) {
  const std::string value = DefaultText(option.value);
  std::string text = option.help;
  if (option.required) {
    text += " [required]";
  } else if (!value.empty()) {
    text += " [default: " + value + ']';
  }
  return {NameOf(option), text};
}

std::string Usage(const Command& command) {
  std::string usage = "Usage: dsbench " + command.name;
  for (const Option& option : command.options) {
    if (option.positional) {
      usage += option.required ? ' ' + option.name : " [" + option.name + ']';
    }
  }
  return usage + " [OPTIONS]";
}

}  // namespace

std::string Overview(const std::vector<Command>& commands, int columns) {
  std::string page;
  AppendWrapped(std::string("dsbench ") + kProgramPurpose, 0, columns, page);
  page += '\n';
  AppendWrapped("Usage: dsbench COMMAND [OPTIONS]", 0, columns, page);
  page += "\nCommands:\n";
  std::vector<Entry> entries;
  for (const Command& command : commands) entries.push_back({command.name, command.summary});
  AppendEntries(entries, columns, page);
  page += '\n';
  AppendEntries({{"--help", "this page; dsbench COMMAND --help: a command's options"},
                 {"--version", "which build this is"}},
                columns, page);
  page += '\n';
  AppendWrapped("Try first: dsbench generate --prompt \"Why is the sky blue?\"", 0, columns, page);
  page += "\nExit codes:\n";
  entries.clear();
  for (const ExitMeaning& meaning : ExitMeanings()) {
    entries.push_back({std::to_string(meaning.code), meaning.what});
  }
  AppendEntries(entries, columns, page);
  return page;
}

std::string HelpPage(const Command& command, int columns) {
  std::string page;
  AppendWrapped(command.summary + '.', 0, columns, page);
  page += '\n';
  AppendWrapped(Usage(command), 0, columns, page);
  std::vector<Entry> entries;
  OptionGroup group = OptionGroup::kCommand;
  const auto flush = [&] {
    if (entries.empty()) return;
    page += '\n';
    AppendWrapped(OptionGroupName(group) + std::string(":"), 0, columns, page);
    AppendEntries(entries, columns, page);
    entries.clear();
  };
  for (const Option& option : command.options) {
    if (option.group == OptionGroup::kHidden) continue;
    if (option.group != group) flush();
    group = option.group;
    entries.push_back(EntryOf(option));
  }
  flush();
  if (!command.footer.empty()) {
    page += '\n';
    AppendWrapped(command.footer, 0, columns, page);
  }
  return page;
}

}  // namespace dsb
