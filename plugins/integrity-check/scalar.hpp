// The expected value of a query: what davit.toml has as a boolean, a number or a string, against what the server says.
#pragma once

#include "decimal.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace integrity_check {

class scalar {
public:
  // Reads the JSON text of a boolean, a number or a string. Throws std::invalid_argument for anything else.
  static scalar from_json(std::string_view json);

  // Whether a field in PostgreSQL's text format has this value. Numbers are compared as numbers, so 2 is 2.00.
  bool equals(std::string_view field) const;

  std::string describe() const; // true, 12, "text"

private:
  explicit scalar(std::variant<bool, decimal, std::string> value) : value_(std::move(value)) {}
  std::variant<bool, decimal, std::string> value_;
};

} // namespace integrity_check
