#include "config/duration.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace davit::config {
namespace {

constexpr std::string_view hint = R"(write a duration like "500ms", "2s", "1m30s", "1h" or "0")";

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr unit units[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw error(error_code::config_value, fmt::format("'{}' is not a duration: {}", text, why), std::string(hint));
}

const unit &unit_named(std::string_view text, std::string_view name) {
  for (const auto &candidate : units)
    if (candidate.name == name) return candidate;
  if (name.empty()) refuse(text, "a number lacks its unit");
  refuse(text, fmt::format("unknown unit '{}'", name));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take(std::string_view &rest, bool digits) {
  std::size_t n = 0;
  while (n < rest.size() && is_digit(rest[n]) == digits) ++n;
  const auto taken = rest.substr(0, n);
  rest.remove_prefix(n);
  return taken;
}

} // namespace

std::chrono::milliseconds parse_duration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds{0};
  if (text.empty()) refuse(text, "it is empty");
  if (text.front() == '-') refuse(text, "it is negative");

  std::int64_t total = 0;
  const unit *previous = nullptr;
  for (auto rest = text; !rest.empty();) {
    const auto digits = take(rest, true);
    if (digits.empty()) refuse(text, "a number is expected first");
    const auto &unit = unit_named(text, take(rest, false));
    if (previous && unit.milliseconds >= previous->milliseconds)
      refuse(text, fmt::format("'{}' cannot follow '{}'", unit.name, previous->name));
    previous = &unit;

    std::int64_t count = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (parsed.ec != std::errc{} || count > (max_duration.count() - total) / unit.milliseconds)
      refuse(text, "it is out of range, the limit is a little under 25 days");
    total += count * unit.milliseconds;
  }
  return std::chrono::milliseconds{total};
}

std::string to_text(std::chrono::milliseconds duration) {
  std::string out;
  auto rest = duration.count();
  for (const auto &u : units) {
    if (rest / u.milliseconds > 0) out += fmt::format("{}{}", rest / u.milliseconds, u.name);
    rest %= u.milliseconds;
  }
  return out.empty() ? "0" : out;
}

} // namespace davit::config
