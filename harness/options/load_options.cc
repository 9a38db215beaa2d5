#include "harness/options/load_options.h"

#include "base/error.h"
#include "results/metrics/slo.h"

namespace dsb {
namespace {

constexpr int32_t kDefaultSlots = 16;

OptionCheck SloText() {
  return [](const std::string& text) -> std::string {
    try {
      ParseSlo(text);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
}

std::vector<Option> ArrivalOptions(LoadOptions& o) {
  constexpr auto kExecution = OptionGroup::kExecution;
  return {
      {.name = "load",
       .value = &o.load,
       .value_name = "KIND",
       .help = "paired (closed loop in blocks of prompts, the arms in turn), closed (users who ask "
               "again once they are answered), open (arrivals at --rate), batch (all at once) or "
               "trace (arrivals and lengths of --trace); all but paired: one window an arm",
       .choices = {kLoadPaired, kLoadClosed, kLoadOpen, kLoadBatch, kLoadTrace},
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::load},
      {.name = "concurrency",
       .value = &o.concurrency,
       .value_name = "USERS",
       .help = "users of the closed loop: requests decoded at the same time",
       .check = IntegerIn(1, 1024),
       .group = kExecution,
       .stored_as = &RunConfig::concurrency,
       .alias = "users"},
      {.name = "rate",
       .value = &o.rate,
       .value_name = "PER_S",
       .help = "open loop: arrivals a second",
       .check = NumberIn(0, 1e6, true),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::rate},
      {.name = "cv",
       .value = &o.cv,
       .value_name = "NUMBER",
       .help = "open loop: coefficient of variation of the gaps; 1: Poisson, else Gamma, 0: even",
       .check = NumberIn(0, 100),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::cv},
      {.name = "trace",
       .value = &o.trace,
       .value_name = "FILE",
       .help = "arrivals and lengths: Azure's or BurstGPT's csv, Mooncake's jsonl; texts come from "
               "the workload, by length",
       .check = NotEmpty(),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = AsFound{},
       .path = PathForm::kPlain},
      {.name = "rate-scale",
       .value = &o.rate_scale,
       .value_name = "NUMBER",
       .help = "trace: its gaps are divided by this",
       .check = NumberIn(0, 1e9, true),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::rate_scale},
      {.name = "think-ms",
       .value = &o.think_ms,
       .value_name = "MS",
       .help = "mean time, drawn, that a user thinks after an answer",
       .check = IntegerIn(0, 86'400'000),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::think_ms},
      {.name = "requests",
       .value = &o.requests,
       .value_name = "VISITS",
       .help = "all loads but paired: conversations an arm, the prompts again and again; 0: each "
               "prompt --repeats times, of a trace every row",
       .check = IntegerIn(0, 10'000'000),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::requests}};
}

std::vector<Option> RoomOptions(LoadOptions& o) {
  constexpr auto kExecution = OptionGroup::kExecution;
  return {
      {.name = "slots",
       .value = &o.slots,
       .value_name = "REQUESTS",
       .help =
           "requests decoded at the same time, others wait in the engine's queue; 0: as many as "
           "users, of open loop, batch and trace 16",
       .check = IntegerIn(0, 1024),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::slots},
      {.name = "client-cap",
       .value = &o.client_cap,
       .value_name = "REQUESTS",
       .help = "in flight at most, others wait at the client, and their waiting counts; 0: no cap",
       .check = IntegerIn(0, 1'000'000),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::client_cap},
      {.name = "drain-s",
       .value = &o.drain_s,
       .value_name = "S",
       .help = "open loop and trace: wait for answers after the last arrival, what is open then is "
               "cancelled; 0: wait for all",
       .check = IntegerIn(0, 1'000'000),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::drain_s},
      {.name = "slo",
       .value = &o.slo,
       .value_name = "TERMS",
       .help =
           "what a request must keep to count for goodput: a comma list of ttft=TIME, e2e=TIME, "
           "tpot=TIME (at most, like 2000ms) and decode_rate=NUMBER (token/s at least); "
           "default: none",
       .check = SloText(),
       .group = kExecution,
       .shared_by = kRun,
       .stored_as = &RunConfig::slo},
      {.name = "context",
       .value = &o.context,
       .value_name = "TOKENS",
       .help = "tokens per request (prompt, answer, draft length and 1); 0: what the longest "
               "prompt needs",
       .check = IntegerIn(0, 10'000'000),
       .group = kExecution,
       .stored_as = AsFound{}},
      {.name = "warmup",
       .value = &o.warmup,
       .value_name = "REQUESTS",
       .help = "requests per arm before measuring, stored and not counted",
       .check = IntegerIn(0, 999),
       .group = kExecution,
       .stored_as = &RunConfig::warmup}};
}

}  // namespace

std::vector<Option> DescribeOptions(LoadOptions& o) {
  std::vector<Option> all = ArrivalOptions(o);
  for (Option& option : RoomOptions(o)) all.push_back(std::move(option));
  return all;
}

int32_t SlotsOf(const LoadOptions& options) {
  if (options.slots > 0) return options.slots;
  const bool has_users = options.load == kLoadPaired || options.load == kLoadClosed;
  return has_users ? options.concurrency : kDefaultSlots;
}

void CheckLoadOptions(const LoadOptions& options) {
  if (options.load == kLoadOpen && options.rate == 0) {
    ThrowBadInput("--load open: no arrivals without --rate, expected a number above 0");
  }
  if (options.load == kLoadTrace && options.trace.empty()) {
    ThrowBadInput("--load trace: no arrivals without --trace, expected a file");
  }
}

std::vector<std::string> IdleLoadOptions(const LoadOptions& o, const std::set<std::string>& given) {
  std::vector<std::string> idle;
  const auto only = [&](std::initializer_list<const char*> loads, const char* name) {
    if (!given.contains(name)) return;
    std::string list;
    for (const char* load : loads) {
      if (o.load == load) return;
      list += (list.empty() ? "" : " or ") + std::string(load);
    }
    idle.push_back(std::string("--") + name + " changes nothing: the load is not " + list +
                   ", see --load");
  };
  only({kLoadPaired, kLoadClosed}, "concurrency");
  only({kLoadOpen}, "rate");
  only({kLoadOpen}, "cv");
  only({kLoadTrace}, "trace");
  only({kLoadTrace}, "rate-scale");
  only({kLoadClosed, kLoadOpen, kLoadBatch, kLoadTrace}, "think-ms");
  only({kLoadClosed, kLoadOpen, kLoadBatch, kLoadTrace}, "requests");
  only({kLoadClosed, kLoadOpen, kLoadBatch, kLoadTrace}, "slots");
  only({kLoadOpen, kLoadBatch, kLoadTrace}, "client-cap");
  only({kLoadOpen, kLoadTrace}, "drain-s");
  only({kLoadClosed, kLoadOpen, kLoadBatch, kLoadTrace}, "slo");
  return idle;
}

}  // namespace dsb
