#include <memory>

#include "harness/cli/command.h"
#include "harness/exchange/import_command.h"
#include "harness/exchange/imported_run.h"

namespace dsb {
namespace {

std::vector<Option> DescribeImport(ImportChoice& c) {
  std::vector<std::string> names;
  std::string help;
  for (const ImportFormat& format : ImportFormats()) {
    names.emplace_back(format.name);
    help += (help.empty() ? "" : ", ") + std::string(format.name) + " (" + format.what + ")";
  }
  return {{.name = "format",
           .value = &c.format,
           .value_name = "FORMAT",
           .help = help,
           .choices = names,
           .positional = true,
           .required = true},
          {.name = "file",
           .value = &c.file,
           .value_name = "FILE",
           .help = "what the other program wrote",
           .check = NotEmpty(),
           .positional = true,
           .required = true,
           .path = PathForm::kPlain},
          {.name = "output",
           .value = &c.output,
           .value_name = "FILE",
           .help = "results file, made or added to",
           .check = NotEmpty(),
           .path = PathForm::kPlain,
           .written = WrittenAs::kResults},
          {.name = "arm",
           .value = &c.arm,
           .value_name = "NAME",
           .help = "what the run is called: none for plain decoding, else its drafter",
           .check = PlainName()},
          {.name = "label",
           .value = &c.label,
           .value_name = "TEXT",
           .help = "text on one line, at most 500 bytes, kept with the run; default: none",
           .check = OneLine()},
          {.name = "temperature",
           .value = &c.temperature,
           .value_name = "NUMBER",
           .help = "that was asked for, which the files do not say",
           .check = NumberIn(0, 100)}};
}

}  // namespace

Command ImportCommand() {
  auto choice = std::make_shared<ImportChoice>();
  return {.name = "import",
          .summary = "Read what another program measured into a results file",
          .options = DescribeImport(*choice),
          .action = [choice] { return ExecuteImport(*choice); }};
}

}  // namespace dsb
