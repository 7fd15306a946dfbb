#include "lifecycle/sessions/lock_key.hpp"

#include "base/sha256.hpp"

#include <charconv>

namespace davit::lifecycle {

std::int64_t lock_key(std::string_view purpose, const std::string &schema) {
  const std::string hex = sha256_hex("davit " + std::string(purpose) + " " + schema).substr(0, 16);
  std::uint64_t key = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), key, 16);
  return static_cast<std::int64_t>(key);
}

} // namespace davit::lifecycle
