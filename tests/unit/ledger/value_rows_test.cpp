#include "ledger/value_rows.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using davit::ledger::value_rows;

TEST_CASE("rows are written as INSERT takes them") {
  value_rows rows;
  CHECK(rows.text().empty());
  rows.add("a");
  rows.add_or_null("");
  rows.add(std::int64_t{-7});
  rows.end_row();
  rows.add("");
  rows.add_or_null("b");
  rows.add(std::int64_t{0});
  rows.end_row();
  CHECK(rows.text() == "(E'a',NULL,-7),(E'',E'b',0)");
}

TEST_CASE("what has a meaning inside quotes is doubled") {
  value_rows rows;
  rows.add("'it''s' \\ \\'\n");
  CHECK(rows.text() == "(E'''it''''s'' \\\\ \\\\''\n'");
}

TEST_CASE("times are those of their second, whichever was before") {
  value_rows rows;
  for (const std::int64_t us : {0LL, 1'700'000'000'999'999LL, 1'700'000'000'000'001LL, 1'700'000'001'000'000LL})
    rows.add_time(us);
  CHECK(rows.text() == "('1970-01-01 00:00:00.000000+00','2023-11-14 22:13:20.999999+00',"
                       "'2023-11-14 22:13:20.000001+00','2023-11-14 22:13:21.000000+00'");
}
