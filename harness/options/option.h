// One option of a command, described once: the command line, the --config file, --help,
// docs/options.md, the completion and the run's stored configuration are made from it. Knows no
// command line parser.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "harness/options/validators.h"
#include "results/run_config.h"

namespace dsb {

// Where the value goes; it holds the default. bool: a flag.
using OptionValue =
    std::variant<bool*, std::string*, int32_t*, int64_t*, uint64_t*, double*,
                 std::vector<std::string>*, std::vector<int32_t>*, std::vector<int64_t>*>;

// What a stored run says of the option's value.
struct NotStored {};  // nothing: it says how a run is started, not what it measures
struct AsFound {};    // what it led to: the arm, a file's hash, a size
using StoredAs = std::variant<NotStored, AsFound, std::string RunConfig::*, int64_t RunConfig::*,
                              double RunConfig::*, std::vector<std::string> RunConfig::*>;

// How a value names a file or folder of this machine: not at all, as it stands, behind "NAME=",
// before ":RUN", or both, unless it is an acceptance in words. Or it is a server's URL, perhaps
// behind "NAME=": stored without the host's name.
enum class PathForm { kNone, kPlain, kNamed, kWithRun, kAcceptance, kUrl };
// What a command writes there: nothing (it reads), or a file of one of our kinds.
enum class WrittenAs {
  kNothing,
  kResults,
  kVerdict,
  kTrace,
  kSamples,
  kCostTable,
  kCalibration,
  kFleet,
  kPage,
  kFigure,
  kJunit,
  kExport  // what other programs read: a file, or a model's folder
};

// Headings of --help, in order.
enum class OptionGroup { kCommand, kModel, kWork, kExecution, kSimulated, kResults, kHidden };
const char* OptionGroupName(OptionGroup group);

// Commands that share options.
enum SharedBy : unsigned {
  kRun = 1,
  kGenerate = 2,
  kProve = 4,
  kSample = 8,
  kProfile = 16,
  kAll = 31
};

struct Option {
  std::string name;  // without dashes; also the key of the --config file
  OptionValue value;
  std::string value_name;  // TOKENS, FILE; "X,...": a comma list, every other vector is repeated
  std::string help;
  OptionCheck check = {};
  std::vector<std::string> choices = {};  // the values there are; empty: not a choice
  OptionGroup group = OptionGroup::kCommand;
  unsigned shared_by = kAll;
  StoredAs stored_as = NotStored{};  // hashed, so that --resume refuses another value
  std::string alias = {};            // a second name
  bool positional = false, required = false;
  PathForm path = PathForm::kNone;
  WrittenAs written = WrittenAs::kNothing;
  bool reproduces = true;  // part of the command that a run's record keeps
};

// Those of `all` that `command` has, by group, the order inside a group kept.
std::vector<Option> OptionsOf(SharedBy command, std::vector<Option> all);
// Sets the value from what the command line gives: comma lists split, blanks around their items
// dropped, each item checked. kBadInput naming the option and what was expected.
void SetOption(const Option& option, const std::vector<std::string>& texts);
// The same without a check; false if it is no such value.
bool SetValue(const OptionValue& value, const std::vector<std::string>& texts);
// The value, as the command line would give it; a flag: none or "true".
std::vector<std::string> ValueTexts(const OptionValue& value);
// The file or folder that a text of such an option names.
std::string PathIn(PathForm form, const std::string& text);
// The default, as the command line would give it; empty: none.
std::string DefaultText(const OptionValue& value);
bool TakesMany(const OptionValue& value);
// A comma list. One of files may also name a single file that has a comma in its name.
bool IsSplit(const Option& option);
// Copies the values of the options that are stored as they are.
void CopyToConfig(const std::vector<Option>& options, RunConfig& config);

}  // namespace dsb
