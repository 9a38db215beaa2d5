// The study of the paper's production figures as text: tables, what they answer by name, and what
// must not be read out of them.
#pragma once

#include <vector>

#include "harness/prediction/paper_study.h"
#include "harness/prediction/serving_model.h"
#include "reports/document/document.h"

namespace dsb {

struct ServingStudy {
  ServingFit fit, without_coverage;
  std::vector<ServingRow> rows, rows_without;  // of fit and of without_coverage
};

Document PaperDocument(const PublishedProduction& published, const StudyOptions& options,
                       const std::vector<ModelStudy>& models, const PublishedServing& serving,
                       const ServingStudy& study);
// The same figures for programs.
std::string PaperJson(const StudyOptions& options, const std::vector<ModelStudy>& models,
                      const ServingStudy& study);

// "at the wall" beyond 10.
std::string AmplificationText(double amplification);

}  // namespace dsb
