// Models in the form that other programs read: a shipped drafter, or the target in the same
// numerics, for llama.cpp (one GGUF file) and for vLLM (a folder). What a program cannot read is
// refused with the reason.
#pragma once

#include <string>
#include <vector>

namespace dsb {

struct ModelExport {
  std::string name;    // of a drafter, or "target"
  std::string folder;  // the drafter's; empty for the target
  std::string target;  // GGUF file
  std::string output;  // a file for gguf, a folder for vllm
};

// What --format takes here.
std::vector<std::string> ModelFormats();  // gguf, vllm
// kBadInput naming drafter and reason if `format` has no form for it. Writes whole files; returns
// their names, for people.
std::vector<std::string> ExportModel(const ModelExport& model, const std::string& format);

}  // namespace dsb
