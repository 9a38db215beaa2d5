#include "harness/options/record_options.h"

namespace dsb {

std::vector<Option> DescribeOptions(RecordOptions& o) {
  constexpr auto kResults = OptionGroup::kResults;
  return {{.name = "output",
           .value = &o.output,
           .value_name = "FILE",
           .help = "SQLite results file; an existing one gets further runs",
           .check = NotEmpty(),
           .group = kResults,
           .path = PathForm::kPlain,
           .written = WrittenAs::kResults},
          {.name = "label",
           .value = &o.label,
           .value_name = "TEXT",
           .help = "free text on one line, at most 500 bytes, stored with the runs; default: none",
           .check = OneLine(),
           .group = kResults,
           .stored_as = &RunConfig::label},
          {.name = "resume",
           .value = &o.resume,
           .value_name = "",
           .help = "continue the interrupted runs of --output with this same configuration; off "
                   "by default",
           .group = kResults,
           .reproduces = false},
          {.name = "no-report",
           .value = &o.no_report,
           .value_name = "",
           .help = "do not print the report at the end; off by default",
           .group = kResults},
          {.name = "device-time",
           .value = &o.device_time,
           .value_name = "",
           .help = "run every arm twice, interleaved: once unobserved, which the times come from, "
                   "and once with phases, NVTX and CUPTI, which says where the device's time goes "
                   "and what watching costs; off by default",
           .group = kResults,
           .stored_as = AsFound{}},
          {.name = "device-time-source",
           .value = &o.device_time_source,
           .value_name = "NAME",
           .help = "what a GPU's times come from with --device-time: cupti (kernels), cuda_event "
                   "(time between events), or auto (cupti where it works)",
           .choices = {"auto", "cupti", "cuda_event"},
           .group = kResults,
           .stored_as = AsFound{}},
          {.name = "timeline",
           .value = &o.timeline,
           .value_name = "FILE",
           .help = "Chrome trace (JSON, for Perfetto) of the steps, phases and requests, with the "
                   "GPU's launches if --device-time has them; default: none",
           .check = NotEmpty(),
           .group = kResults,
           .path = PathForm::kPlain,
           .written = WrittenAs::kTrace},
          {.name = "durable",
           .value = &o.durable,
           .value_name = "",
           .help = "survive power loss too, at the price of a disk flush per request; off by "
                   "default",
           .group = kResults},
          {.name = "lock-wait",
           .value = &o.lock_wait_s,
           .value_name = "SECONDS",
           .help = "how long to wait for --output while another process has it locked; finished "
                   "requests are kept in memory meanwhile (256 MiB, then the run pauses)",
           .check = IntegerIn(0, 86'400),
           .group = kResults}};
}

}  // namespace dsb
