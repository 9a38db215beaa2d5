#include "base/error.h"
#include "reports/report/report.h"

namespace dsb {

ReportFormat ParseReportFormat(const std::string& name) {
  if (name == "text") return ReportFormat::kText;
  if (name == "markdown") return ReportFormat::kMarkdown;
  if (name == "json") return ReportFormat::kJson;
  if (name == "csv") return ReportFormat::kCsv;
  ThrowBadInput("format '" + name + "': expected text, markdown, json or csv");
}

}  // namespace dsb
