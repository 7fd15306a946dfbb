#include "ledger/copy_text.hpp"

#include <ctime>

#include <fmt/format.h>

namespace davit::ledger {

void copy_text::begin_field() {
  if (row_begun_) text_ += '\t';
  row_begun_ = true;
}

void copy_text::add(std::string_view field) {
  begin_field();
  for (const char c : field) {
    switch (c) {
    case '\\': text_ += "\\\\"; break;
    case '\t': text_ += "\\t"; break;
    case '\n': text_ += "\\n"; break;
    case '\r': text_ += "\\r"; break;
    default: text_ += c;
    }
  }
}

void copy_text::add_or_null(std::string_view field) {
  if (!field.empty()) return add(field);
  begin_field();
  text_ += "\\N";
}

void copy_text::add_time(std::int64_t us) {
  constexpr std::int64_t second = 1'000'000;
  const std::time_t seconds = us / second;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  add(std::string_view(fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}+00", utc.tm_year + 1900, utc.tm_mon + 1,
                                   utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, us % second)));
}

void copy_text::end_row() {
  text_ += '\n';
  row_begun_ = false;
}

} // namespace davit::ledger
