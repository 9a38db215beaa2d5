// What holds for every file of a model's folder, whatever is in it: links, kinds, sizes, pointers
// of version control; and which files are a folder's weights.
#include "engines/model_files/model_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/sha256.h"
#include "base/temporary_folder.h"
#include "engines/model_files/gguf.h"
#include "engines/model_files/json_config.h"
#include "engines/model_files/safetensors.h"
#include "tests/model_files/expect_error.h"
#include "tests/model_files/gguf_writer.h"
#include "tests/model_files/safetensors_writer.h"

namespace dsb {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = 1000;
const std::string kHash(64, 'a'), kOtherHash(64, 'b');

std::string Tensor(const std::string& name, float value) {
  return SafetensorsFile("{\"" + name + R"(":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                         Raw(value));
}

class ModelFolderTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  static void Write(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::string Text(const fs::path& folder, const std::string& name) const {
    ModelFolder files(folder.string());
    return std::string(files.Text(name, kMaxBytes));
  }
  void ExpectOutside(const fs::path& folder, const std::string& name) const {
    ExpectBadInput({folder.string(), "\"" + name + "\"", "a link out of the folder"},
                   [&] { Text(folder, name); });
  }
  const TemporaryFolder root_;
  const fs::path folder_ = root_ / "model";
  // As a hub client leaves it.
  const fs::path entry_ = root_ / "hub" / "models--o--m";
  const fs::path snapshot_ = entry_ / "snapshots" / "rev1";
};

TEST_F(ModelFolderTest, ReadsAFileOnceAndKnowsWhatItRead) {
  Write(folder_ / "a.json", "one");
  Write(folder_ / "b.json", "two");
  ModelFolder files(folder_.string());
  EXPECT_TRUE(files.Has("a.json"));
  EXPECT_FALSE(files.Has("c.json"));
  EXPECT_EQ(files.Text("b.json", kMaxBytes), "two");
  EXPECT_EQ(files.Text("a.json", kMaxBytes), "one");
  Write(folder_ / "a.json", "changed since");
  EXPECT_EQ(files.Text("a.json", kMaxBytes), "one");
  EXPECT_EQ(files.NamesRead(), (std::vector<std::string>{"a.json", "b.json"}));
  const std::string lines = "a.json " + Sha256Hex(std::string_view("one")) + "\nb.json " +
                            Sha256Hex(std::string_view("two")) + "\n";
  EXPECT_EQ(files.IdentitySha256(), Sha256Hex(lines));
}

TEST_F(ModelFolderTest, FollowsLinksInsideTheFolder) {
  Write(folder_ / "real" / "x", "inside");
  fs::create_symlink("real/x", folder_ / "config.json");
  EXPECT_EQ(Text(folder_, "config.json"), "inside");
  fs::create_directory_symlink(folder_, root_ / "alias");  // the folder itself may be one
  EXPECT_EQ(Text(root_ / "alias", "config.json"), "inside");
}

TEST_F(ModelFolderTest, FollowsTheLinksOfAHubCache) {
  fs::create_directories(snapshot_ / "part");
  Write(entry_ / "blobs" / kHash, "blob");
  fs::create_symlink("../../blobs/" + kHash, snapshot_ / "relative");
  fs::create_symlink(entry_ / "blobs" / kHash, snapshot_ / "absolute");
  fs::create_symlink("../../../blobs/" + kHash, snapshot_ / "part" / "nested");
  EXPECT_EQ(Text(snapshot_, "relative"), "blob");
  EXPECT_EQ(Text(snapshot_, "absolute"), "blob");
  EXPECT_EQ(Text(snapshot_ / "part", "nested"), "blob");
  // Blobs that several entries of the cache share.
  Write(root_ / "hub" / "blobs" / "bb" / kOtherHash, "shared");
  fs::create_symlink("../../blobs/bb/" + kOtherHash, entry_ / "blobs" / std::string(40, 'c'));
  fs::create_symlink("../../blobs/" + std::string(40, 'c'), snapshot_ / "shared");
  EXPECT_EQ(Text(snapshot_, "shared"), "shared");
}

TEST_F(ModelFolderTest, RefusesOtherLinks) {
  fs::create_directories(snapshot_);
  Write(root_ / "secret", "s");
  Write(root_ / kHash, "s");
  Write(entry_ / "blobs" / kHash, "blob");
  Write(entry_ / "blobs" / "notes", "named by nobody's hash");
  Write(root_ / "hub" / "models--other" / "blobs" / kOtherHash, "another entry's");
  const auto link = [&](const fs::path& folder, const std::string& name, const fs::path& to) {
    fs::create_symlink(to, folder / name);
    ExpectOutside(folder, name);
  };
  link(folder_, "up", "../secret");
  link(folder_, "system", "/etc/passwd");
  link(folder_, "hash", "../" + kHash);  // no cache around the folder
  link(snapshot_, "system", "/etc/passwd");
  link(snapshot_, "entry", "../../../models--other/blobs/" + kOtherHash);
  link(snapshot_, "notes", "../../blobs/notes");
  link(snapshot_, "through", "../../blobs/../../../" + kHash);
  fs::create_symlink("/etc/passwd", entry_ / "blobs" / kOtherHash);
  link(snapshot_, "passwd", "../../blobs/" + kOtherHash);  // two hops
  fs::create_symlink(root_ / kHash, entry_ / "blobs" / std::string(40, 'd'));
  link(snapshot_, "outside", "../../blobs/" + std::string(40, 'd'));  // out of the cache
  fs::rename(entry_ / "blobs", root_ / "elsewhere");
  fs::create_directory_symlink(root_ / "elsewhere", entry_ / "blobs");
  link(snapshot_, "moved", "../../blobs/" + kHash);
}

TEST_F(ModelFolderTest, ShardsAndTheirIndexMayBeLinksOfACache) {
  fs::create_directories(snapshot_);
  const auto blob = [&](const std::string& name, const std::string& bytes) {
    const std::string hash = Sha256Hex(bytes);
    Write(entry_ / "blobs" / hash, bytes);
    fs::create_symlink("../../blobs/" + hash, snapshot_ / name);
  };
  blob("one.safetensors", Tensor("a", 1));
  blob("two.safetensors", Tensor("b", 2));
  blob("model.safetensors.index.json",
       R"({"weight_map":{"a":"one.safetensors","b":"two.safetensors"}})");
  EXPECT_EQ(Safetensors::Open(snapshot_.string()).Names(), (std::vector<std::string>{"a", "b"}));
  fs::remove(snapshot_ / "two.safetensors");
  fs::create_symlink("/etc/passwd", snapshot_ / "two.safetensors");
  ExpectBadInput({"weight_map", "two.safetensors", "a link out of the folder"},
                 [&] { Safetensors::Open(snapshot_.string()); });
}

TEST_F(ModelFolderTest, TheCachesOwnFolderIsNotASnapshot) {
  fs::create_directories(snapshot_);
  fs::create_directories(entry_ / "blobs");
  try {
    Text(entry_, "config.json");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kResource);
    EXPECT_NE(std::string(error.what()).find("one of its snapshots"), std::string::npos);
  }
}

// One bad file in the place of any file that is read.
void MakePipe(const fs::path& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }
void MakeFolder(const fs::path& path) { fs::create_directory(path); }
void MakeDevice(const fs::path& path) { fs::create_symlink("/dev/zero", path); }

TEST_F(ModelFolderTest, WhatIsNoRegularFileIsRefusedAtOnce) {
  for (void (*make)(const fs::path&) : {&MakePipe, &MakeFolder}) {
    for (const std::string name : {"config.json", "model.safetensors"}) {
      fs::remove_all(folder_);
      fs::create_directories(folder_);
      make(folder_ / name);
      ExpectBadInput({name, "regular file"}, [&] { Text(folder_, name); });
      if (name == "model.safetensors") {
        ExpectBadInput({name, "regular file"}, [&] { Safetensors::Open(folder_.string()); });
      }
    }
    fs::remove_all(root_ / "file.gguf");
    make(root_ / "file.gguf");
    ExpectBadInput({"file.gguf", "regular file"}, [&] { GgufFile(root_ / "file.gguf"); });
  }
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  MakeDevice(folder_ / "config.json");
  ExpectOutside(folder_, "config.json");
  ExpectBadInput({"/dev/zero", "regular file"}, [] { GgufFile("/dev/zero"); });
}

// Sparse: as large as they say, without the disk.
TEST_F(ModelFolderTest, EnormousFilesAreRefusedBeforeTheyAreRead) {
  for (const uintmax_t size : {uintmax_t{kMaxBytes + 1}, uintmax_t{1} << 40}) {
    Write(folder_ / "config.json", "");
    fs::resize_file(folder_ / "config.json", size);
    ExpectBadInput({"config.json", "at most 1000"}, [&] { Text(folder_, "config.json"); });
    ModelFolder files(folder_.string());
    ExpectBadInput({"config.json"}, [&] { JsonConfig::Read(files, "config.json"); });
  }
  Write(folder_ / "model.safetensors.index.json", "");
  fs::resize_file(folder_ / "model.safetensors.index.json", uintmax_t{1} << 40);
  ExpectBadInput({"model.safetensors.index.json", "at most"},
                 [&] { Safetensors::Open(folder_.string()); });
}

TEST_F(ModelFolderTest, PointersOfVersionControlAreNamed) {
  const std::string lfs =
      "version https://git-lfs.github.com/spec/v1\noid sha256:" + kHash + "\nsize 12345\n";
  for (const std::string name : {"config.json", "tokenizer.json", "model.safetensors"}) {
    Write(folder_ / name, lfs);
    ExpectBadInput({name, "Git LFS pointer", "git lfs pull"}, [&] { Text(folder_, name); });
  }
  ExpectBadInput({"model.safetensors", "Git LFS pointer"},
                 [&] { Safetensors::Open(folder_.string()); });
  ExpectBadInput({"model.safetensors", "Git LFS pointer"},
                 [&] { Safetensors::Open((folder_ / "model.safetensors").string()); });
  fs::remove(folder_ / "model.safetensors");
  Write(folder_ / "model.safetensors.index.json", lfs);
  ExpectBadInput({"index.json", "Git LFS pointer"}, [&] { Safetensors::Open(folder_.string()); });
  Write(folder_ / "model.safetensors.index.json", R"({"weight_map":{"a":"one.safetensors"}})");
  Write(folder_ / "one.safetensors", lfs);
  ExpectBadInput({"one.safetensors", "Git LFS pointer"},
                 [&] { Safetensors::Open(folder_.string()); });
  Write(root_ / "file.gguf", lfs);
  ExpectBadInput({"file.gguf", "Git LFS pointer"}, [&] { GgufFile(root_ / "file.gguf"); });
}

class TwoForms : public ModelFolderTest {
 protected:
  void SetUp() override {
    ModelFolderTest::SetUp();
    Write(folder_ / "model.safetensors", Tensor("a", 1));
    Write(folder_ / "one.safetensors", Tensor("a", 1));
    Index("one.safetensors");
  }
  void Index(const std::string& file) const {
    Write(folder_ / "model.safetensors.index.json", R"({"weight_map":{"a":")" + file + "\"}}");
  }
  std::vector<std::string> Warnings() const {
    ModelFolder files(folder_.string());
    const Safetensors read = Safetensors::Open(files);
    EXPECT_EQ(read.file_names(), std::vector<std::string>{"model.safetensors"});
    EXPECT_EQ(files.NamesRead(), std::vector<std::string>{"model.safetensors"});
    return files.warnings();
  }
  void ExpectRefused(const std::vector<std::string>& parts) const {
    ExpectBadInput(parts, [&] { Safetensors::Open(folder_.string()); });
  }
};

TEST_F(TwoForms, OfTheSameTensorsAreSaid) {
  const std::vector<std::string> warnings = Warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("model.safetensors, which is the one that is read"),
            std::string::npos);
}

TEST_F(TwoForms, OfOneFileAreOneForm) {
  fs::remove(folder_ / "one.safetensors");
  Index("model.safetensors");
  EXPECT_TRUE(Warnings().empty());
}

TEST_F(TwoForms, OfDifferentTensorsAreRefused) {
  Write(folder_ / "one.safetensors", Tensor("a", 2));
  ExpectRefused({"both model.safetensors", "index.json", "differ", "remove one"});
  Write(folder_ / "one.safetensors",
        SafetensorsFile(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234"));
  ExpectRefused({"both model.safetensors", "\"U8\"", "remove one"});
}

TEST_F(TwoForms, ABadFirstFormNamesTheOther) {
  Write(folder_ / "model.safetensors",
        SafetensorsFile(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234"));
  ExpectRefused({"model.safetensors", "\"U8\"", "index.json with its shards", "remove one"});
}

TEST_F(TwoForms, AnIndexWithoutItsShardsIsSaid) {
  fs::remove(folder_ / "one.safetensors");
  const std::vector<std::string> warnings = Warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("cannot be read"), std::string::npos);
}

TEST_F(TwoForms, FilesThatAreNotReadAreSaid) {
  fs::remove(folder_ / "model.safetensors.index.json");
  const std::vector<std::string> warnings = Warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("\"one.safetensors\" is not among"), std::string::npos);
}

}  // namespace
}  // namespace dsb
