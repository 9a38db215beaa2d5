#include "harness/run/prompts.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"

namespace dsb {
namespace {

// Sequences are allocated in steps of so many tokens.
constexpr int64_t kContextStep = 64;

std::string AllBytes(const std::vector<std::string>& paths) {
  std::string bytes;
  for (const std::string& path : paths) {
    const MappedFile file(path);
    bytes.append(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  }
  return bytes;
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
  std::map<std::string, int32_t> num_per_domain;
  std::vector<Prompt> prompts;
  for (const WorkloadItem& item : workload.items) {
    const bool wanted = options.domains.empty() ||
                        std::find(options.domains.begin(), options.domains.end(), item.domain) !=
                            options.domains.end();
    if (!wanted) continue;
    if (options.limit > 0 && num_per_domain[item.domain]++ >= options.limit) continue;
    const ChatMessage first{.role = "user", .content = item.turns.front()};
    prompts.push_back(
        {item.key, item.dataset, item.domain, item.turns, backend.Render({&first, 1})});
  }
  for (const std::string& domain : options.domains) {
    const bool known = std::any_of(workload.items.begin(), workload.items.end(),
                                   [&](const WorkloadItem& item) { return item.domain == domain; });
    if (!known) ThrowBadInput(workload.path + ": no item of domain '" + domain + "'");
  }
  return prompts;
}

int64_t NeededTokens(const Prompt& prompt, const DecodeOptions& options) {
  return static_cast<int64_t>(prompt.first.ids.size()) + options.max_tokens +
         LongestDraft(options.arms) + 1;
}

int32_t ContextTokens(const Workload& workload, const std::vector<Prompt>& prompts,
                      const RunOptions& options, int64_t model_context_tokens) {
  int64_t limit = model_context_tokens;
  if (options.context > 0) limit = std::min<int64_t>(limit, options.context);
  int64_t longest = 0;
  for (const Prompt& prompt : prompts) {
    const int64_t needed = NeededTokens(prompt, options);
    if (needed > limit) {
      ThrowBadInput(workload.path + ": item '" + prompt.key +
                    "': " + std::to_string(prompt.first.ids.size()) + " prompt tokens + " +
                    std::to_string(options.max_tokens) + " answer tokens + draft length " +
                    std::to_string(LongestDraft(options.arms)) + " + 1 exceed the context of " +
                    std::to_string(limit) + " tokens");
    }
    longest = std::max(longest, needed);
  }
  if (options.context > 0) return static_cast<int32_t>(limit);
  const int64_t rounded = (longest + kContextStep - 1) / kContextStep * kContextStep;
  return static_cast<int32_t>(std::min(rounded, limit));
}

}  // namespace dsb
