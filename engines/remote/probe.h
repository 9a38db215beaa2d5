// What a server tells of itself and of a short answer, asked before anything is measured: its kind,
// its models, how tokens are counted, whether rounds are told and whether it drafts at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engines/remote/answer.h"
#include "engines/remote/counters.h"
#include "engines/remote/http_client.h"
#include "engines/remote/request_body.h"
#include "engines/remote/server_url.h"

namespace dsb {

struct Endpoint {
  ServerUrl url;
  std::string model;  // empty: the only one that there is
  RemoteApi api = RemoteApi::kChat;
};

enum class Drafts { kNo, kYes, kUnknown };

struct ServerFacts {
  ServerKind kind = ServerKind::kPlain;
  std::string version;              // as it says; empty: it does not
  std::vector<std::string> models;  // empty: it does not list them
  std::string model;                // the one that is asked
  std::optional<int64_t> context_tokens, slots;
  std::string speculation;  // what it says that it is set to, e.g. draft-dspark; empty: nothing
  bool has_counters = false;
  // Of a short answer, asked for with everything that this kind can be asked for.
  std::string count_source;
  bool reports_ids = false, reports_rounds = false;
  std::string no_rounds;
  Drafts drafts = Drafts::kUnknown;
  bool plain_decoding = false;  // drafting would be counted, and there is no such counter
  int64_t drafted = 0, accepted = 0;
  std::optional<int64_t> draft_length;  // as said, else the longest round seen
};

// A client's clock must run. kResource if there is no server or it has no such model, naming the
// URL's stored form and what to do; kBadInput if the model is not named and there are several.
ServerFacts ProbeServer(const Endpoint& endpoint, HttpClient& client, const Clock& clock,
                        const Retokenise& retokenise);
// Its counters now; empty if it has none.
ServerCounters FetchCounters(const ServerUrl& url, ServerKind kind, HttpClient& client);

}  // namespace dsb
