// Expects a user's error that names everything it should. Not part of the product.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace dsb {

template <typename Body>
void ExpectBadInput(const std::vector<std::string>& parts, const Body& body) {
  try {
    body();
    ADD_FAILURE() << "accepted, expected an error about " << parts.back();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::kBadInput);
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    for (const std::string& part : parts) {
      EXPECT_NE(message.find(part), std::string::npos) << "no '" << part << "' in: " << message;
    }
  }
}

}  // namespace dsb
