#include "base/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "base/error.h"

namespace dsb {
namespace {

constexpr int kBytes = 32;
using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

Digest DigestOf(std::span<const std::byte> bytes) {
  Digest digest;
  unsigned int length = 0;
  DSB_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) ==
            1);
  DSB_CHECK(length == kBytes);
  return digest;
}

}  // namespace

std::string Sha256Hex(std::span<const std::byte> bytes) {
  const Digest digest = DigestOf(bytes);
  std::string hex;
  hex.reserve(2 * kBytes);
  for (size_t i = 0; i < kBytes; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

std::string Sha256Hex(std::string_view text) {
  return Sha256Hex(std::as_bytes(std::span(text.data(), text.size())));
}

std::string Sha256Base64(std::string_view text) {
  const Digest digest = DigestOf(std::as_bytes(std::span(text.data(), text.size())));
  std::array<unsigned char, 48> encoded;
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), kBytes);
  return {encoded.begin(), encoded.begin() + length};
}

}  // namespace dsb
