// What is to be equal before two runs are one measurement, as named values, and the words for what
// is not: --resume, compare and the gate say it alike.
#pragma once

#include <string>
#include <vector>

namespace dsb {

struct Fact {
  std::string field, value;
  // Where a side does not say, as files of older programs do not, nothing differs.
  bool where_known = false;
};

struct Difference {
  std::string field, before, after;
};

// Fields whose values differ, in order; a field that one side lacks has no value there.
// (`where_known`: of the facts that both sides have a value for.)
std::vector<Difference> Differences(const std::vector<Fact>& before,
                                    const std::vector<Fact>& after);

struct SideNames {
  const char* before;
  const char* after;
};
// "seed (stored 1, now 2)"; no value: "none".
std::string DifferenceText(const Difference& difference, const SideNames& sides);
// The fields that could not be compared: one side knows, the other does not.
std::vector<std::string> UnknownFields(const std::vector<Fact>& before,
                                       const std::vector<Fact>& after);
// The names of the facts, "a, b, c", for messages.
std::string FieldList(const std::vector<Fact>& facts);

}  // namespace dsb
