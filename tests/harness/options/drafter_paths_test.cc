// --drafters and --drafter-path: which folder each drafter is read from, and what is refused.
#include "harness/options/drafter_paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"
#include "engines/drafters/registry.h"
#include "tests/model_files/expect_error.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using Folders = std::map<std::string, std::string>;

class DrafterPaths : public testing::Test {
 protected:
  DrafterPaths() {
    for (const char* name : {"dspark", "dflash"}) {
      fs::create_directories(root_ / "models" / name);
      std::ofstream(root_ / "models" / name / "config.json") << "{}";
    }
    setenv("DSBENCH_MODELS", Path("models").c_str(), 1);
  }
  ~DrafterPaths() override { unsetenv("DSBENCH_MODELS"); }
  std::string Path(const std::string& name) const { return (root_ / name).string(); }

  const TemporaryFolder root_;
};

TEST_F(DrafterPaths, AllIsPlainDecodingAndEveryDrafter) {
  Names expected = DrafterNames();
  expected.insert(expected.begin(), "none");
  EXPECT_EQ(ExpandDrafters({"all"}), expected);
  EXPECT_EQ(ExpandDrafters({"dflash", "none"}), (Names{"dflash", "none"}));
  ExpectBadInput({"--drafters", "'all'", "alone"}, [] { ExpandDrafters({"none", "all"}); });
  EXPECT_EQ(ExpandDrafters({"dflash:3", "dflash"}), (Names{"dflash:3", "dflash"}));
  ExpectBadInput({"--drafters", "dspark, dflash", "'medusa'"}, [] { ExpandDrafters({"medusa"}); });
}

TEST_F(DrafterPaths, ShippedFoldersUnlessNamed) {
  EXPECT_EQ(DrafterFolders({"none"}, {}), Folders{});
  EXPECT_EQ(DrafterFolders({"none", "dspark", "dflash"}, {}),
            (Folders{{"dspark", Path("models/dspark")}, {"dflash", Path("models/dflash")}}));
  fs::create_directories(root_ / "mine");
  EXPECT_EQ(DrafterFolders({"dspark", "dflash"}, {"dflash=" + Path("mine")}),
            (Folders{{"dspark", Path("models/dspark")}, {"dflash", Path("mine")}}));
}

TEST_F(DrafterPaths, OneFolderIsTheCheckpointOrHoldsOnePerName) {
  EXPECT_EQ(DrafterFolders({"none", "dflash"}, {Path("models/dflash")}),
            (Folders{{"dflash", Path("models/dflash")}}));
  EXPECT_EQ(DrafterFolders({"none", "dflash"}, {Path("models")}),
            (Folders{{"dflash", Path("models/dflash")}}));
  EXPECT_EQ(DrafterFolders({"dspark", "dflash"}, {Path("models")}),
            (Folders{{"dspark", Path("models/dspark")}, {"dflash", Path("models/dflash")}}));
  // What is no drafter's name before '=' is part of the folder's.
  fs::create_directories(root_ / "lr=3");
  EXPECT_EQ(DrafterFolders({"dspark"}, {Path("lr=3")}), (Folders{{"dspark", Path("lr=3")}}));
}

TEST_F(DrafterPaths, RefusesPathsThatLeadNowhere) {
  ExpectBadInput({"--drafter-path", "dflash="}, [] { DrafterFolders({"dspark"}, {"dflash=a"}); });
  ExpectBadInput({"--drafter-path", "two folders", "dspark"}, [] {
    DrafterFolders({"dspark"}, {"dspark=a", "dspark=b"});
  });
  ExpectBadInput({"'a'", "'b'", "NAME=FOLDER"}, [] { DrafterFolders({"dspark"}, {"a", "b"}); });
  ExpectBadInput({"no drafter", "'a'"}, [] { DrafterFolders({"none"}, {"a"}); });
}

TEST_F(DrafterPaths, CheckpointsHaveNamesOfTheirOwn) {
  for (const char* name : {"a", "b"}) fs::create_directories(root_ / name);
  EXPECT_EQ(ExpandDrafters({"none", "dspark@a:4", "dspark@b"}),
            (Names{"none", "dspark@a:4", "dspark@b"}));
  const Folders both = {{"dspark@a", Path("a")}, {"dspark@b", Path("b")}};
  const Names drafters = {"none", "dspark@a", "dspark@b"};
  EXPECT_EQ(DrafterFolders(drafters, {"a=" + Path("a"), "b=" + Path("b")}), both);
  EXPECT_EQ(DrafterFolders(drafters, {"dspark@a=" + Path("a"), "dspark@b=" + Path("b")}), both);
  EXPECT_EQ(DrafterFolders({"dspark", "dspark@a"}, {"a=" + Path("a")}),
            (Folders{{"dspark", Path("models/dspark")}, {"dspark@a", Path("a")}}));
  ExpectBadInput({"'dspark@b' has no folder", "--drafter-path b=FOLDER"},
                 [&] { DrafterFolders(drafters, {"a=x"}); });
  ExpectBadInput({"dspark@a or dflash@a", "before '='"}, [] {
    DrafterFolders({"dspark@a", "dflash@a"}, {"a=x"});
  });
  ExpectBadInput({"'dspark=x'", "--drafters does not name"},
                 [&] { DrafterFolders(drafters, {"dspark=x"}); });
  for (const char* arm : {"dspark@", "none@a", "all@a", "dspark@a b", "dspark@a/b", "dspark@a@b"}) {
    ExpectBadInput({"DRAFTER@CHECKPOINT", arm}, [&] { ExpandDrafters({arm}); });
  }
}

TEST_F(DrafterPaths, MissingFolderIsAMissingResource) {
  for (const Names& given : {Names{Path("no")}, Names{"dflash=" + Path("no/dflash")}}) {
    try {
      DrafterFolders({"dspark", "dflash"}, given);
      ADD_FAILURE() << given[0];
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kResource);
      EXPECT_NE(std::string(error.what()).find("drafter dflash: no folder '" + Path("no/dflash")),
                std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace dsb
