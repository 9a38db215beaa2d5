#include "results/facts.h"

#include <algorithm>

namespace dsb {
namespace {

const Fact* Find(const std::vector<Fact>& facts, const std::string& field) {
  const auto found = std::find_if(facts.begin(), facts.end(),
                                  [&](const Fact& fact) { return fact.field == field; });
  return found == facts.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Difference> Differences(const std::vector<Fact>& before,
                                    const std::vector<Fact>& after) {
  std::vector<Difference> differences;
  for (const Fact& fact : before) {
    const Fact* const other = Find(after, fact.field);
    const std::string value = other == nullptr ? "" : other->value;
    if (fact.where_known && (value.empty() || fact.value.empty())) continue;
    if (fact.value != value) differences.push_back({fact.field, fact.value, value});
  }
  for (const Fact& fact : after) {
    if (Find(before, fact.field) == nullptr && !fact.value.empty() && !fact.where_known) {
      differences.push_back({fact.field, "", fact.value});
    }
  }
  return differences;
}

std::vector<std::string> UnknownFields(const std::vector<Fact>& before,
                                       const std::vector<Fact>& after) {
  std::vector<std::string> fields;
  for (const Fact& fact : before) {
    const Fact* const other = Find(after, fact.field);
    if (!fact.where_known || other == nullptr) continue;
    if (fact.value.empty() != other->value.empty()) fields.push_back(fact.field);
  }
  return fields;
}

std::string DifferenceText(const Difference& difference, const SideNames& sides) {
  const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
  return difference.field + " (" + sides.before + ' ' + shown(difference.before) + ", " +
         sides.after + ' ' + shown(difference.after) + ')';
}

std::string FieldList(const std::vector<Fact>& facts) {
  std::string list;
  for (const Fact& fact : facts) list += (list.empty() ? "" : ", ") + fact.field;
  return list;
}

}  // namespace dsb
