// What is replayed: prompts in conversations, with domain and arrival. No tokens per second in
// here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dsb {

struct WorkloadItem {
  std::string key;  // unique within the workload: the line's "id", else "<file stem>:<line number>"
  std::string dataset;             // the line's "dataset", else the file's stem
  std::string domain;              // math, code, chat, ...; the line's "domain", else the dataset's
  std::vector<std::string> turns;  // user messages, not empty, valid UTF-8
};

struct Workload {
  std::string name;    // file stem, or stems joined by '+'
  std::string sha256;  // of the files' bytes in order
  int64_t size_bytes = 0;
  std::string path;                 // as the user gave it
  std::vector<WorkloadItem> items;  // not empty
};

// Reads DeepSpec's JSONL layout (formats.md 6.1): one object a line, key `turns`, optional `id`,
// `domain`, `dataset`; or the forms of known_forms.h, also as one JSON array. kBadInput naming file
// and line on anything else: unknown keys, empty turns, duplicate ids, invalid UTF-8, no items.
Workload ReadJsonl(const std::string& path);
// The same from memory, `name` standing for the path.
Workload ParseJsonl(const std::string& text, const std::string& name);

}  // namespace dsb
