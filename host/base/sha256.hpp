// SHA-256, as 64 lower-case hexadecimal digits.
#pragma once

#include <string>
#include <string_view>

#include <sodium/crypto_hash_sha256.h>

namespace davit {

std::string sha256_hex(std::string_view bytes);

// Of bytes that come in parts: at any time of those there were so far.
class sha256 {
public:
  sha256();
  void add(std::string_view bytes);
  std::string hex() const;

private:
  crypto_hash_sha256_state state_;
};

} // namespace davit
