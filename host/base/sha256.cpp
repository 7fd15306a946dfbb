#include "base/sha256.hpp"

#include <array>

#include <sodium/utils.h>

namespace davit {
namespace {

const unsigned char *bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char *>(text.data()); }

std::string to_hex(const std::array<unsigned char, crypto_hash_sha256_BYTES> &hash) {
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
  return sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
}

} // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), bytes_of(bytes), bytes.size());
  return to_hex(hash);
}

sha256::sha256() { crypto_hash_sha256_init(&state_); }

void sha256::add(std::string_view bytes) { crypto_hash_sha256_update(&state_, bytes_of(bytes), bytes.size()); }

std::string sha256::hex() const {
  auto end = state_; // what follows goes on from the state as it is
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256_final(&end, hash.data());
  return to_hex(hash);
}

} // namespace davit
