// The words of remote_client_bench.
#include "engines/remote/client_load.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dsb {
namespace {

using Words = std::vector<std::string>;

TEST(ClientLoad, IsWhatTheWordsSay) {
  const ClientLoad usual = ReadClientLoad({});
  EXPECT_EQ(usual.streams, 1000);
  EXPECT_EQ(usual.events(), 500);
  EXPECT_FALSE(usual.bare || usual.help);
  const ClientLoad asked = ReadClientLoad({"3", "4", "5", "bare"});
  EXPECT_EQ(asked.streams, 3);
  EXPECT_EQ(asked.events_per_s, 4);
  EXPECT_EQ(asked.seconds, 5);
  EXPECT_TRUE(asked.bare);
  EXPECT_TRUE(ReadClientLoad({"--help"}).help);
}

// `--help` as a number was none, and the program died of a division by it.
TEST(ClientLoad, OtherWordsAreRefused) {
  for (const Words& words :
       {Words{"0"}, Words{"-1"}, Words{"x"}, Words{""}, Words{"10x"}, Words{" 1"}, Words{"1.5"},
        Words{"99999999999999999999"}, Words{"20001"}, Words{"1", "0"}, Words{"1", "1", "0"},
        Words{"1", "--help"}, Words{"1", "1", "1", "bar"}, Words{"1", "1", "1", "bare", "1"},
        Words{"20000", "10000", "3600"}}) {
    try {
      ReadClientLoad(words);
      FAIL() << words.back();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kBadInput);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace dsb
