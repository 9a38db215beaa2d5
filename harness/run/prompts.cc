#include "harness/run/prompts.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
#include "harness/options/suggestion.h"

namespace dsb {
namespace {

std::string AllBytes(const std::vector<std::string>& paths) {
  std::string bytes;
  for (const std::string& path : paths) {
    const MappedFile file(path);
    bytes.append(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  }
  return bytes;
}

void CheckDomains(const Workload& workload, const std::vector<std::string>& wanted) {
  std::set<std::string> domains;
  for (const WorkloadItem& item : workload.items) domains.insert(item.domain);
  const std::vector<std::string> known(domains.begin(), domains.end());
  for (const std::string& domain : wanted) {
    if (domains.contains(domain)) continue;
    ThrowBadInput(workload.path + ": no item of domain '" + domain + "', expected " +
                  ListOf(known) + Suggestion(domain, known));
  }
}

}  // namespace

Workload ReadWorkloads(const std::vector<std::string>& paths) {
  DSB_CHECK(!paths.empty());
  Workload all = ReadJsonl(paths[0]);
  if (paths.size() == 1) return all;
  std::map<std::string, std::string> file_of_key;
  for (const WorkloadItem& item : all.items) file_of_key[item.key] = paths[0];
  for (size_t i = 1; i < paths.size(); ++i) {
    Workload next = ReadJsonl(paths[i]);
    for (WorkloadItem& item : next.items) {
      const auto [found, inserted] = file_of_key.emplace(item.key, paths[i]);
      if (!inserted) {
        ThrowBadInput(paths[i] + ": item '" + item.key + "' is also in " + found->second +
                      "; ids must be unique over all workload files");
      }
      all.items.push_back(std::move(item));
    }
    all.name += '+' + next.name;
    all.path += ',' + next.path;
    all.size_bytes += next.size_bytes;
  }
  all.sha256 = Sha256Hex(AllBytes(paths));
  return all;
}

std::vector<Prompt> EncodePrompts(const Workload& workload, const WorkloadOptions& options,
                                  const Backend& backend) {
  CheckDomains(workload, options.domains);
  std::map<std::string, int32_t> num_per_domain;
  std::vector<Prompt> prompts;
  for (const WorkloadItem& item : workload.items) {
    const bool wanted = options.domains.empty() ||
                        std::find(options.domains.begin(), options.domains.end(), item.domain) !=
                            options.domains.end();
    if (!wanted) continue;
    if (options.limit > 0 && num_per_domain[item.domain]++ >= options.limit) continue;
    Prompt& prompt = prompts.emplace_back();
    prompt.key = item.key;
    prompt.dataset = item.dataset;
    prompt.domain = item.domain;
    prompt.turns = item.turns;
    for (const std::string& turn : item.turns) {
      const ChatMessage message{.role = "user", .content = turn};
      prompt.later.push_back(backend.Render({&message, 1}));
    }
    prompt.first = std::move(prompt.later.front());
    prompt.later.erase(prompt.later.begin());
  }
  return prompts;
}

}  // namespace dsb
