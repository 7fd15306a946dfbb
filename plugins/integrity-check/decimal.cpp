#include "decimal.hpp"

#include <charconv>

namespace integrity_check {
namespace {

std::string_view take_digits(std::string_view &rest) {
  std::size_t n = rest.find_first_not_of("0123456789");
  if (n == std::string_view::npos) n = rest.size();
  const std::string_view digits = rest.substr(0, n);
  rest.remove_prefix(n);
  return digits;
}

bool take(std::string_view &rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

std::optional<std::int32_t> take_exponent(std::string_view &rest) {
  if (!take(rest, 'e') && !take(rest, 'E')) return 0;
  const bool minus = take(rest, '-');
  if (!minus) take(rest, '+');
  const std::string_view digits = take_digits(rest);
  std::int32_t value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc() || digits.empty()) return std::nullopt;
  return minus ? -value : value;
}

} // namespace

std::optional<decimal> decimal::parse(std::string_view text) {
  decimal d;
  d.text_ = text;
  std::string_view rest = text;
  d.negative_ = take(rest, '-');
  const std::string_view whole = take_digits(rest);
  const std::string_view fraction = take(rest, '.') ? take_digits(rest) : std::string_view();
  const auto exponent = take_exponent(rest);
  if ((whole.empty() && fraction.empty()) || !exponent || !rest.empty()) return std::nullopt;

  const std::string all = std::string(whole) + std::string(fraction);
  const std::size_t first = all.find_first_not_of('0');
  if (first == std::string::npos) {
    d.negative_ = false;
    return d;
  }
  d.digits_ = all.substr(first, all.find_last_not_of('0') - first + 1);
  d.exponent_ = static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(first) + *exponent;
  return d;
}

int decimal::compare(const decimal &other) const {
  if (negative_ != other.negative_) return negative_ ? -1 : 1;
  const int sign = negative_ ? -1 : 1;
  if (digits_.empty() || other.digits_.empty())
    return digits_.empty() == other.digits_.empty() ? 0 : digits_.empty() ? -1 : 1;
  if (exponent_ != other.exponent_) return exponent_ < other.exponent_ ? -sign : sign;
  const int order = digits_.compare(other.digits_);
  return order < 0 ? -sign : order > 0 ? sign : 0;
}

} // namespace integrity_check
