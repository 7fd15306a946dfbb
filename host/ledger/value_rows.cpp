#include "ledger/value_rows.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

bool to_be_doubled(char c) { return c == '\'' || c == '\\'; }

} // namespace

void value_rows::begin_field() {
  if (row_begun_)
    text_ += ',';
  else
    text_ += text_.empty() ? "(" : ",(";
  row_begun_ = true;
}

void value_rows::add(std::string_view field) {
  begin_field();
  text_ += "E'";
  for (auto from = field.begin();;) {
    const auto to = std::find_if(from, field.end(), to_be_doubled);
    text_.append(from, to);
    if (to == field.end()) break;
    text_.append(2, *to);
    from = std::next(to);
  }
  text_ += '\'';
}

void value_rows::add_or_null(std::string_view field) {
  if (!field.empty()) return add(field);
  begin_field();
  text_ += "NULL";
}

void value_rows::add(std::int64_t number) {
  begin_field();
  text_ += std::to_string(number);
}

void value_rows::add_time(std::int64_t us) {
  constexpr std::int64_t second = 1'000'000;
  if (us / second != second_) {
    second_ = us / second;
    const std::time_t seconds = second_;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    second_text_ = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                               utc.tm_hour, utc.tm_min, utc.tm_sec);
  }
  begin_field();
  fmt::format_to(std::back_inserter(text_), "'{}.{:06}+00'", second_text_, us % second);
}

void value_rows::end_row() {
  text_ += ')';
  row_begun_ = false;
}

} // namespace davit::ledger
