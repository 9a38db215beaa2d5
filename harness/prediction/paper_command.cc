#include "harness/prediction/paper_command.h"

#include <algorithm>
#include <vector>

#include "base/thread_pool.h"
#include "harness/machine/environment.h"
#include "harness/machine/paths.h"
#include "harness/prediction/paper_document.h"

namespace dsb {
namespace {

constexpr int64_t kServingRounds = 12000;

}  // namespace

std::string RunPaperStudy(const PaperCommandOptions& options, const std::string& format,
                          int columns) {
  const PublishedProduction published =
      ReadProduction(PublishedPath(options.data, "dspark_production.json"));
  const PublishedServing serving =
      ReadServing(PublishedPath(options.data, "vllm_v4_pro_b300.json"));
  ThreadPool pool(ThreadsFor(options.threads));
  StudyOptions study;
  study.inputs.mtp1_length = options.mtp1_length;
  study.inputs.accepted_length = options.accepted_length;
  study.inputs.draft_multiplier = options.draft_multiplier;
  study.num_draws = options.draws;
  study.seed = static_cast<uint64_t>(options.seed);
  std::vector<ModelStudy> models;
  for (const PublishedModel& model : published.models) {
    models.push_back(StudyModel(model, study, pool));
  }
  ServingStudy served;
  served.fit = FitServing(serving, true);
  served.without_coverage = FitServing(serving, false);
  served.rows = PredictServing(serving, served.fit, 1, kServingRounds);
  served.rows_without = PredictServing(serving, served.without_coverage, 1, kServingRounds);
  if (format == "json") return PaperJson(study, models, served);
  const Document document = PaperDocument(published, study, models, serving, served);
  return format == "markdown" ? PrintMarkdown(document) : PrintTerminal(document, columns);
}

}  // namespace dsb
