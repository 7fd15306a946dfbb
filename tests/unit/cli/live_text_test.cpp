// A text that is overwritten has to stand on lines of its own making: those that a terminal breaks stay.
#include "cli/live_text.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

using davit::cli::folded;
using davit::cli::live_text;
using lines = std::vector<std::string>;

TEST_CASE("a text is folded at blanks, and a word that is too long where it has to be") {
  CHECK(folded("one two three", 20, 9) == lines{"one two three"});
  CHECK(folded("one two three", 13, 9) == lines{"one two three"});
  CHECK(folded("one two three", 12, 9) == lines{"one two", "three"});
  CHECK(folded("one  two three", 5, 9) == lines{"one ", "two", "three"});
  CHECK(folded("abcdefgh ij", 3, 9) == lines{"abc", "def", "gh", "ij"});
  CHECK(folded("one\n\ttwo", 20, 9) == lines{"one  two"});
  CHECK(folded("", 20, 9).empty());
}

TEST_CASE("characters stay whole, and those that may be wide have the room for that") {
  CHECK(folded("größer", 3, 9) == lines{"grö", "ßer"});
  CHECK(folded("日本語", 4, 9) == lines{"日本", "語"});
  CHECK(folded("日本語", 1, 9) == lines{"日", "本", "語"});
}

TEST_CASE("of a text that has more lines than the terminal the beginning is shown") {
  CHECK(folded("one two three four", 5, 2) == lines{"one", "two…"});
  CHECK(folded("one two", 5, 2) == lines{"one", "two"});
  CHECK(folded("one two", 5, 0).empty());
}

TEST_CASE("the next text is put in the place of all lines of the one before") {
  const int no_terminal = ::open("/dev/null", O_RDONLY); // 80 columns, then
  live_text t;
  CHECK(t.erase().empty());
  CHECK(t.replace(no_terminal, "short", "") == "short");
  CHECK(t.there());
  const std::string word(70, 'x');
  CHECK(t.replace(no_terminal, word + " " + word, "") == "\r\x1b[J" + word + "\n" + word);
  CHECK(t.replace(no_terminal, "short", "stays") == "\x1b[A\r\x1b[Jstays\nshort");
  CHECK(t.erase() == "\r\x1b[J");
  CHECK_FALSE(t.there());
}
