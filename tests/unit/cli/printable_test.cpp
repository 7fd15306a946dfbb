// Texts of plugins and servers on a terminal: they must not act on it, nor pass for lines of davit's.
#include "cli/terminal.hpp"

#include <doctest/doctest.h>

using davit::cli::printable;

TEST_CASE("plain text stays as it is, in any language") {
  for (const std::string text : {"", "plain text", "a\ttab", "größe €𝄞", "caf\xe9", "\xc2\xa0"})
    CHECK(printable(text) == text);
}

TEST_CASE("what a terminal would obey is shown instead") {
  CHECK(printable("\x1b[2J") == "\\x1b[2J");
  CHECK(printable("a\rb\x7f") == "a\\x0db\\x7f");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");
  CHECK(printable("ends with \xc2") == "ends with \xc2");
}

TEST_CASE("further lines are marked as such") {
  CHECK(printable("ok\napplied  0009_forged (1.0 ms)") == "ok\n    | applied  0009_forged (1.0 ms)");
}
