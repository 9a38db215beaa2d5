#include "harness/sampling/sample_output.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/quoted.h"
#include "base/whole_file.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

void CheckMeta(const std::string& path, const json& meta) {
  std::ifstream file(path);
  const json found = json::parse(file, nullptr, false);
  if (found == meta) return;
  std::string keys;
  const auto add = [&](const json& object, const json& other) {
    if (!object.is_object()) return;
    for (const auto& [key, value] : object.items()) {
      const bool differs = !other.is_object() || !other.contains(key) || other[key] != value;
      const bool is_new = keys.find(Quoted(key)) == std::string::npos;
      if (differs && is_new) keys += (keys.empty() ? " in " : ", ") + Quoted(key);
    }
  };
  add(meta, found);
  add(found, meta);
  ThrowBadInput(path + ": the folder holds answers of other options: it differs" + keys +
                ", expected " + meta.dump());
}

std::optional<double> NumberAt(const json& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

}  // namespace

SampleOutput::SampleOutput(const std::string& folder, const SampleMeta& meta)
    : folder_(folder), row_bytes_(2 * static_cast<int64_t>(meta.layers.size()) * meta.hidden) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) ThrowResource(folder + ": cannot make the folder");
  lock_.Take(folder);
  json description = {{"layers", meta.layers},   {"hidden", meta.hidden},
                      {"target", meta.target},   {"target_sha256", meta.target_sha256},
                      {"weights", meta.weights}, {"seed", meta.seed}};
  if (!meta.target_identity_sha256.empty()) {
    description["target_identity_sha256"] = meta.target_identity_sha256;
  }
  if (!meta.prompt_form.empty()) description["prompt_form"] = meta.prompt_form;
  const std::string meta_path = folder + "/meta.json";
  for (const char* name : {"/answers.jsonl", "/features.bf16"}) {
    if (fs::exists(meta_path) || !fs::exists(folder + name)) continue;
    ThrowBadInput(folder + name +
                  ": is there without the meta.json that dsbench sample writes, "
                  "expected a folder of its own or an empty one");
  }
  if (fs::exists(meta_path)) {
    CheckMeta(meta_path, description);
    Reopen();
  } else {
    WriteWholeFile(meta_path, description.dump(1) + "\n");
  }
  answers_.open(folder + "/answers.jsonl", std::ios::app);
  if (row_bytes_ > 0) features_.open(folder + "/features.bf16", std::ios::app | std::ios::binary);
  if (!answers_ || (row_bytes_ > 0 && !features_)) ThrowResource(folder + ": cannot be written");
}

SampleOutput::Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

void SampleOutput::Lock::Take(const std::string& folder) {
  fd_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A file system without such locks is used as it is.
  if (fd_ < 0 || ::flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  ThrowResource(folder + ": another process writes to it, expected one at a time");
}

void SampleOutput::RequireSame(const std::string& id, const SampleQuestion& question) const {
  const Done& done = done_.at(id);
  const auto differs = [](const std::optional<double>& stored, double now) {
    return stored && *stored != now;
  };
  const char* const what = done.prompt != question.prompt                    ? "prompt"
                           : differs(done.temperature, question.temperature) ? "temperature"
                           : differs(done.top_p, question.top_p)             ? "top_p"
                           : differs(done.max_tokens, static_cast<double>(question.max_tokens))
                               ? "max_tokens"
                               : nullptr;
  if (what == nullptr) return;
  ThrowBadInput(folder_ + "/answers.jsonl:" + std::to_string(done.line) + ": the answer " +
                Quoted(id) + " is to another " + what +
                " than the workload's, expected another folder or id");
}

// Keeps the whole lines of answers.jsonl and the rows that they own.
void SampleOutput::Reopen() {
  const std::string path = folder_ + "/answers.jsonl";
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  file.close();
  const size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
  int64_t number = 0;
  for (size_t start = 0; start < whole;) {
    const size_t end = text.find('\n', start);
    const json line = json::parse(text.begin() + static_cast<std::ptrdiff_t>(start),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    ++number;
    if (!line.is_object() || !line.contains("id") || !line["id"].is_string() ||
        !line.contains("ids") || !line["ids"].is_array() || line["ids"].empty()) {
      ThrowBadInput(path + ":" + std::to_string(number) + ": expected an answer with id and ids");
    }
    Done& done = done_[line["id"].get<std::string>()];
    done.line = number;
    const auto prompt_tokens = static_cast<size_t>(NumberAt(line, "prompt_tokens").value_or(0));
    for (const json& token : line["ids"]) {
      if (done.prompt.size() == prompt_tokens) break;
      if (token.is_number_integer()) done.prompt.push_back(token.get<int32_t>());
    }
    done.temperature = NumberAt(line, "temperature");
    done.top_p = NumberAt(line, "top_p");
    done.max_tokens = NumberAt(line, "max_tokens");
    num_rows_ += static_cast<int64_t>(line["ids"].size()) - 1;
    start = end + 1;
  }
  if (fs::exists(path)) fs::resize_file(path, whole);
  const std::string rows = folder_ + "/features.bf16";
  if (row_bytes_ == 0 || (num_rows_ == 0 && !fs::exists(rows))) return;
  const auto wanted = static_cast<uintmax_t>(num_rows_ * row_bytes_);
  const uintmax_t found = fs::exists(rows) ? fs::file_size(rows) : 0;
  if (found < wanted) {
    ThrowBadInput(rows + ": " + std::to_string(found) + " bytes, expected at least " +
                  std::to_string(wanted) + ", the rows of answers.jsonl");
  }
  fs::resize_file(rows, wanted);
}

void SampleOutput::Write(const SampleAnswer& answer) {
  const int64_t rows = static_cast<int64_t>(answer.ids.size()) - 1;
  if (row_bytes_ > 0) {
    DSB_CHECK(static_cast<int64_t>(answer.features.size()) * 2 == rows * row_bytes_);
    features_.write(reinterpret_cast<const char*>(answer.features.data()), rows * row_bytes_);
    features_.flush();
    if (!features_) ThrowResource(folder_ + ": features.bf16 cannot be written");
  }
  const json line = {{"id", answer.id},
                     {"domain", answer.domain},
                     {"temperature", answer.temperature},
                     {"top_p", answer.top_p},
                     {"max_tokens", answer.max_tokens},
                     {"prompt_tokens", answer.prompt_tokens},
                     {"ids", answer.ids},
                     {"text", answer.text},
                     {"end", answer.end},
                     {"first_row", num_rows_}};
  answers_ << line.dump(-1, ' ', false, json::error_handler_t::replace) + "\n" << std::flush;
  if (!answers_) ThrowResource(folder_ + ": answers.jsonl cannot be written");
  num_rows_ += rows;
  done_[answer.id] = {};
}

}  // namespace dsb
