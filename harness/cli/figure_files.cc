#include "harness/cli/figure_files.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/whole_file.h"
#include "harness/options/output_files.h"
#include "reports/document/chart_table.h"
#include "reports/document/svg.h"
#include "reports/report/report_page.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

// The exit status of a program that is looked up in $PATH; -1: it is not there.
int Run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0)
    return -1;
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 1;
  return WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

// A chart's values and its PDF do not say whose they are: they are ours where the chart is.
void RefuseForeignFigure(const std::string& name, const std::string& results) {
  RefuseForeignFile("--figures", name + ".svg", WrittenAs::kFigure);
  std::error_code ignored;
  for (const char* suffix : {".svg", ".csv", ".pdf"}) {
    if (!fs::equivalent(name + suffix, results, ignored)) continue;
    ThrowBadInput("--figures: '" + name + suffix +
                  "' is the results file, expected another folder");
  }
  if (fs::exists(name + ".svg", ignored)) return;
  for (const char* suffix : {".csv", ".pdf"})
    RefuseTaken("--figures", name + suffix, WrittenAs::kNothing);
}

}  // namespace

FigureFiles WriteFigures(const ReportModel& model, const std::string& folder,
                         const std::string& results) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) ThrowResource("--figures: cannot make '" + folder + "': " + failed.message());
  FigureFiles files;
  const std::vector<Chart> charts = PageCharts(model);
  for (const Chart& chart : charts) RefuseForeignFigure(folder + "/" + chart.id, results);
  for (const Chart& chart : charts) {
    const std::string name = folder + "/" + chart.id;
    WriteWholeFile(name + ".svg", StandaloneSvg(chart));
    WriteWholeFile(name + ".csv", PrintCsv(DataOf(chart)));
    ++files.charts;
    if (!files.has_converter) continue;
    // "./" keeps a name that begins with a dash a name.
    const std::string path = fs::path(name).is_absolute() ? name : "./" + name;
    const int status = Run({"rsvg-convert", "-f", "pdf", "-o", path + ".pdf", path + ".svg"});
    files.has_converter = status >= 0;
    if (status > 0) ThrowResource("rsvg-convert cannot convert '" + name + ".svg'");
    if (status == 0) ++files.pdfs;
  }
  return files;
}

}  // namespace dsb
