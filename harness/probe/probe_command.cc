#include "harness/probe/probe_command.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/console.h"
#include "engines/remote/probe.h"
#include "harness/backends/remote_backend.h"
#include "harness/options/file_name.h"
#include "harness/terminal/screen.h"
#include "reports/document/document.h"
#include "reports/text/estimate_json.h"

namespace dsb {
namespace {

struct Revealed {
  std::string what, found;
};

std::string Or(const std::string& text, const char* otherwise) {
  return text.empty() ? otherwise : text;
}
std::string Or(const std::optional<int64_t>& value, const char* otherwise) {
  return value ? std::to_string(*value) : otherwise;
}

std::string DraftsText(const ServerFacts& facts) {
  switch (facts.drafts) {
    case Drafts::kYes:
      return "yes: " + std::to_string(facts.accepted) + " of " + std::to_string(facts.drafted) +
             " drafted tokens accepted in a short answer";
    case Drafts::kNo:
      return "no: nothing was drafted in a short answer";
    case Drafts::kUnknown:
      break;
  }
  return "not told";
}

std::string CountsText(const ServerFacts& facts) {
  const std::string& source = facts.count_source;
  if (source == kCountIds) return "token ids in every event: bursts and texts are exact";
  if (source == kCountChunks) return "a count in every event: bursts are exact";
  if (source == kCountFinal) return "a total at the end: bursts are spread over the text";
  return "none: by --target's tokenizer, an estimate";
}

// Definitions of acceptance that can be had here, the finest first.
std::string AcceptanceText(const ServerFacts& facts) {
  if (facts.reports_rounds) {
    return "every round: accepted length, survival by position, draft utilisation, per prompt";
  }
  const ServerTraits& traits = TraitsOf(facts.kind);
  if (facts.has_counters && traits.drafted != nullptr) {
    return "the server's counters alone: 1 + accepted / drafts over everybody's requests";
  }
  return "none";
}

std::string MissingText(const ServerFacts& facts) {
  std::string missing;
  const auto add = [&](const std::string& what) {
    missing += (missing.empty() ? "" : "; ") + what;
  };
  const ServerTraits& traits = TraitsOf(facts.kind);
  if (!facts.reports_rounds) add("rounds: " + std::string(traits.how_rounds));
  if (!facts.has_counters && traits.metrics != nullptr) {
    add(facts.kind == ServerKind::kSglang ? "counters: --enable-metrics" : "counters: --metrics");
  }
  if (facts.kind == ServerKind::kLlama && !facts.reports_ids) add("token ids: --api completions");
  if (facts.count_source == kCountRetokenised) add("token counts: nothing that is known");
  return Or(missing, "nothing");
}

std::vector<Revealed> FactsOf(const ServerFacts& facts) {
  std::string models;
  for (const std::string& model : facts.models) {
    models += (models.empty() ? "" : ", ") + FileName(model);
  }
  return {{"server", ServerText(facts)},
          {"models", Or(models, "not listed")},
          {"asked model", FileName(facts.model)},
          {"context", Or(facts.context_tokens, "not told")},
          {"requests at once", Or(facts.slots, "not told")},
          {"speculation as configured", Or(facts.speculation, "not told")},
          {"drafts", DraftsText(facts)},
          {"draft length", Or(facts.draft_length, "not told")},
          {"token counts", CountsText(facts)},
          {"rounds", facts.reports_rounds ? "told" : "not told: " + facts.no_rounds},
          {"acceptance to be had", AcceptanceText(facts)},
          {"counters", facts.has_counters ? "yes" : "no"},
          {"device time", "not told by any server"},
          {"to switch on for more", MissingText(facts)}};
}

}  // namespace

ExitCode ExecuteProbe(const ProbeChoice& choice) {
  const Endpoint endpoint = {.url = ParseServerUrl(choice.remote.url, "URL"),
                             .model = choice.remote.server_model,
                             .api = RemoteApiFromName(choice.remote.api)};
  std::unique_ptr<TargetText> text;
  if (!choice.target.empty()) text = std::make_unique<TargetText>(LoadTargetText(choice.target));
  const MonotonicClock clock;
  HttpClient client(clock, LimitsOf(choice.remote), ReadApiKey(choice.remote));
  const std::vector<Revealed> facts =
      FactsOf(ProbeServer(endpoint, client, clock, CountTokensBy(text.get())));
  if (choice.format == "json") {
    nlohmann::ordered_json json;
    for (const Revealed& fact : facts) json[fact.what] = fact.found;
    WriteOutput(Dump(json));
    return ExitCode::kDone;
  }
  Table table;
  table.columns = {{"", true}, {endpoint.url.Stored(), true}};
  for (const Revealed& fact : facts) table.rows.push_back({fact.what, fact.found});
  WriteOutput(PrintTerminal({table}, ColumnsOf(stdout)));
  return ExitCode::kDone;
}

}  // namespace dsb
