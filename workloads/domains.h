// The paper's three domains for the data sets that it evaluates on. Not a list of what may be read:
// an unknown data set is its own domain.
#pragma once

#include <string>
#include <string_view>

namespace dsb {

// "math", "code" or "chat" for the data sets of DeepSpec's evaluation (formats.md 6.1), else
// `dataset` itself.
std::string DomainOfDataset(std::string_view dataset);

}  // namespace dsb
