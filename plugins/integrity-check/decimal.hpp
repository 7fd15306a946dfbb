// A number of any size, as PostgreSQL writes bigint, numeric and double precision: compared exactly, never rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace integrity_check {

class decimal {
public:
  // "-12", "0.50", "1e+20". Empty for anything else, NaN and Infinity included.
  static std::optional<decimal> parse(std::string_view text);

  const std::string &text() const { return text_; } // as it was parsed

  // Below, equal to or above zero, as this is below, equal to or above `other`.
  int compare(const decimal &other) const;

private:
  std::string text_;
  bool negative_ = false;
  std::string digits_;        // no zero at either end; empty for zero
  std::int64_t exponent_ = 0; // the magnitude is 0.DIGITS × 10^exponent
};

} // namespace integrity_check
