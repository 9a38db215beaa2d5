#include "engines/export/export_model.h"

#include <filesystem>
#include <ostream>
#include <string_view>
#include <system_error>

#include "base/error.h"
#include "base/whole_file.h"
#include "engines/export/export_gguf.h"
#include "engines/export/export_vllm.h"

namespace dsb {
namespace {

constexpr const char* kGguf = "gguf";
constexpr const char* kVllm = "vllm";
constexpr std::string_view kTarget = "target";

void WriteFolder(const ModelFolderFiles& files, const std::string& folder,
                 std::vector<std::string>& written) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) ThrowResource("folder '" + folder + "' cannot be made: " + failed.message());
  const auto text = [&](const char* name, const std::string& content) {
    if (content.empty()) return;
    written.push_back(folder + '/' + name);
    WriteWholeFile(written.back(), content + '\n');
  };
  written.push_back(folder + "/model.safetensors");
  WriteWholeFile(written.back(), [&](std::ostream& out) { files.weights.Write(out); });
  text("config.json", files.config);
  text("generation_config.json", files.generation);
  text("tokenizer.json", files.tokenizer);
  text("tokenizer_config.json", files.tokenizer_config);
}

}  // namespace

std::vector<std::string> ModelFormats() { return {kGguf, kVllm}; }

std::vector<std::string> ExportModel(const ModelExport& model, const std::string& format) {
  std::vector<std::string> written;
  const bool is_target = model.name == kTarget;
  if (format == kGguf) {
    const GgufBuilder file =
        is_target ? TargetGguf(GgufFile(model.target))
                  : DrafterGguf(DrafterSource(model.name, model.folder, model.target));
    WriteWholeFile(model.output, [&](std::ostream& out) { file.Write(out); });
    written.push_back(model.output);
  } else {
    DSB_CHECK(format == kVllm);
    WriteFolder(is_target
                    ? TargetFolderFiles(GgufFile(model.target))
                    : DrafterFolderFiles(DrafterSource(model.name, model.folder, model.target)),
                model.output, written);
  }
  return written;
}

}  // namespace dsb
