#include <iterator>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/common_options.h"
#include "harness/probe/probe_command.h"

namespace dsb {
namespace {

std::vector<Option> DescribeProbe(ProbeChoice& choice) {
  std::vector<Option> all;
  for (Option& option : DescribeOptions(choice.remote)) {
    if (option.name == "arm") continue;
    option.group = OptionGroup::kCommand;
    if (option.name == "url") {
      option.positional = option.required = true;
      option.help = "the server, as http://127.0.0.1:8080";
    }
    constexpr std::string_view kOfRun = "of --engine remote: ";
    if (option.help.starts_with(kOfRun)) option.help.erase(0, kOfRun.size());
    all.push_back(std::move(option));
  }
  all.push_back({.name = "target",
                 .value = &choice.target,
                 .value_name = "PATH",
                 .help = "GGUF file or Hugging Face folder whose tokenizer counts what the server "
                         "does not; default: none",
                 .check = NotEmpty(),
                 .path = PathForm::kPlain});
  all.push_back(FormatOption(choice.format, {"text", "json"}, "text or json"));
  return all;
}

}  // namespace

Command ProbeCommand() {
  auto choice = std::make_shared<ProbeChoice>();
  return {
      .name = "probe",
      .summary = "Ask a server what it reveals: its kind, token counts, rounds, whether it drafts",
      .options = DescribeProbe(*choice),
      .action = [choice] { return ExecuteProbe(*choice); }};
}

}  // namespace dsb
