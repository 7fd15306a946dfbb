#include "expectation.hpp"

#include "common/config.hpp"

#include <charconv>
#include <stdexcept>

namespace integrity_check {
namespace {

std::optional<decimal> read_limit(const davit::setup &s, const std::string &key) {
  const auto number = s.config<std::optional<double>>(key);
  if (!number) return std::nullopt;
  char text[32]; // the shortest form that reads back as the same double has at most 24 characters
  const auto [end, failed] = std::to_chars(text, text + sizeof text, *number);
  const auto parsed =
      failed == std::errc() ? decimal::parse({text, static_cast<std::size_t>(end - text)}) : std::nullopt;
  if (!parsed) common::refuse(key, "it must be a finite number");
  return parsed;
}

scalar read_scalar(const std::string &key, const std::string &json) {
  try {
    return scalar::from_json(json);
  } catch (const std::invalid_argument &e) {
    common::refuse(key, e.what());
  }
}

std::string describe(const range &r) {
  if (!r.max) return "at least " + r.min->text();
  if (!r.min) return "at most " + r.max->text();
  return r.min->text() + " to " + r.max->text();
}

bool holds(const range &r, const std::string &field) {
  const auto number = decimal::parse(field);
  return number && (!r.min || number->compare(*r.min) >= 0) && (!r.max || number->compare(*r.max) <= 0);
}

std::string rows(std::uint64_t n) { return std::to_string(n) + (n == 1 ? " row" : " rows"); }

} // namespace

observation observe(const davit::result &result) {
  observation seen;
  seen.rows = result.size();
  if (!result.empty() && result[0].size() > 0) seen.field = result.scalar<std::optional<std::string>>();
  return seen;
}

std::string describe(const observation &seen) {
  if (seen.rows == 0) return "no row";
  if (seen.rows != 1) return rows(seen.rows);
  return seen.field.value_or("NULL");
}

expectation read_expectation(const davit::setup &s, const std::string &prefix) {
  const auto expect = s.config<std::optional<davit::json>>(prefix + ".expect");
  const auto empty = s.config<std::optional<bool>>(prefix + ".empty");
  range limits{read_limit(s, prefix + ".min"), read_limit(s, prefix + ".max")};
  const bool limited = limits.min || limits.max;
  const int kinds = (expect ? 1 : 0) + (empty ? 1 : 0) + (limited ? 1 : 0);
  if (kinds == 0) common::refuse(prefix, "nothing is expected of it; add expect, min, max or empty");
  if (kinds > 1) common::refuse(prefix, "expect, min/max and empty exclude each other; make it two checks");
  if (expect) return read_scalar(prefix + ".expect", expect->text);
  if (empty) return emptiness{*empty};
  if (limits.min && limits.max && limits.min->compare(*limits.max) > 0)
    common::refuse(prefix + ".min", "it is above max, so no value would do");
  return limits;
}

std::optional<std::string> complaint(const expectation &wanted, const observation &seen) {
  if (const auto *e = std::get_if<emptiness>(&wanted)) {
    if (e->empty == (seen.rows == 0)) return std::nullopt;
    return e->empty ? "expected no row, found " + rows(seen.rows)
                    : std::string("expected at least one row, found none");
  }
  const auto *limits = std::get_if<range>(&wanted);
  const auto *value = std::get_if<scalar>(&wanted);
  const bool one_value = seen.rows == 1 && seen.field;
  if (one_value && (limits ? holds(*limits, *seen.field) : value->equals(*seen.field))) return std::nullopt;
  return "expected " + (limits ? describe(*limits) : value->describe()) + ", found " + describe(seen);
}

} // namespace integrity_check
