#include "support/wire.hpp"

#include <cstdint>

namespace davit::test {
namespace {

constexpr std::size_t length_size = 4;

std::uint32_t number(std::string_view four_bytes) {
  std::uint32_t n = 0;
  for (const char c : four_bytes.substr(0, length_size)) n = n << 8U | static_cast<unsigned char>(c);
  return n;
}

// Up to the NUL that ends it; `text` goes on behind it.
std::string_view take_string(std::string_view &text) {
  const auto s = text.substr(0, text.find('\0'));
  text.remove_prefix(s.size() < text.size() ? s.size() + 1 : s.size());
  return s;
}

} // namespace

std::string_view message::sql() const {
  std::string_view rest = body;
  if (type == 'P') take_string(rest); // the statement's name
  return type == 'P' || type == 'Q' ? take_string(rest) : std::string_view{};
}

std::string_view message::tag() const {
  std::string_view rest = body;
  return type == 'C' ? take_string(rest) : std::string_view{};
}

std::string_view message::application() const {
  if (type != 0 || body.size() <= length_size) return {};
  for (std::string_view rest = body.substr(length_size); !rest.empty();) {
    const auto name = take_string(rest);
    const auto value = take_string(rest);
    if (name == "application_name") return value;
  }
  return {};
}

void framer::add(std::string_view bytes) {
  bytes_.erase(0, at_);
  at_ = 0;
  bytes_ += bytes;
}

std::optional<message> framer::next() {
  const auto rest = std::string_view(bytes_).substr(at_);
  const std::size_t head = (untyped_ ? 0 : 1) + length_size;
  if (rest.size() < head) return std::nullopt;
  const std::size_t size = head - length_size + number(rest.substr(head - length_size));
  if (rest.size() < size) return std::nullopt;
  message m{untyped_ ? '\0' : rest[0], rest.substr(head, size - head), rest.substr(0, size)};
  untyped_ = false;
  at_ += size;
  return m;
}

} // namespace davit::test
