// What the result of a check must be like.
#pragma once

#include "decimal.hpp"
#include "scalar.hpp"

#include <davit/plugin.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace integrity_check {

// As much of a result as an expectation looks at.
struct observation {
  std::uint64_t rows = 0;
  std::optional<std::string> field; // the first column of the first row; empty for NULL or without a row
};
observation observe(const davit::result &result);
std::string describe(const observation &seen); // "0", "NULL", "no row", "12 rows"

struct range {
  std::optional<decimal> min, max; // inclusive; at least one is there
};
struct emptiness {
  bool empty; // true: no row may come; false: at least one must
};

using expectation = std::variant<scalar, range, emptiness>;

// Reads PREFIX.expect, .min, .max and .empty, of which exactly one kind must be given.
expectation read_expectation(const davit::setup &s, const std::string &prefix);

// "expected 0, found 3", or empty if the expectation is met. All kinds but emptiness want exactly one row.
std::optional<std::string> complaint(const expectation &wanted, const observation &seen);

} // namespace integrity_check
