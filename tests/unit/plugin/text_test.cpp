// What counts as text: UTF-8 as RFC 3629 has it, without NUL.
#include "plugin/value.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::plugin::is_text;

TEST_CASE("every well-formed sequence is text") {
  for (const std::string good :
       {"", "plain", "\x7f", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBD",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "größe €𝄞"})
    CHECK_MESSAGE(is_text(good), good);
}

TEST_CASE("overlong forms, surrogates, what is above U+10FFFF, stray and missing bytes, and NUL are not") {
  const std::string bad[] = {std::string(1, '\0'),
                             std::string("a\0b", 3),
                             "\x80",
                             "\xBF",
                             "\xC0\x80",
                             "\xC1\xBF",
                             "\xE0\x80\x80",
                             "\xE0\x9F\xBF",
                             "\xF0\x80\x80\x80",
                             "\xF0\x8F\xBF\xBF",
                             "\xED\xA0\x80",
                             "\xED\xBF\xBF",
                             "\xF4\x90\x80\x80",
                             "\xF5\x80\x80\x80",
                             "\xFE",
                             "\xFF",
                             "\xC2",
                             "\xC2x",
                             "\xE2\x82",
                             "\xE2\x82x",
                             "\xE2x\xAC",
                             "\xF0\x9D\x84",
                             "\xF0\x9D\x84x",
                             "\xF0\x9Dx\x9E",
                             "good then \xE2\x82"};
  for (const auto &bytes : bad) {
    CAPTURE(bytes.size());
    CHECK_FALSE(is_text(bytes));
    CHECK_FALSE(is_text(bytes + "more"));
    CHECK_FALSE(is_text("before " + bytes));
  }
}

TEST_CASE("every byte alone and every pair is judged as the table of RFC 3629 says") {
  for (unsigned first = 0; first < 256; ++first) {
    CHECK(is_text(std::string(1, static_cast<char>(first))) == (first >= 1 && first < 0x80));
    for (unsigned second = 0; second < 256; ++second) {
      const bool ascii = first >= 1 && first < 0x80 && second >= 1 && second < 0x80;
      const bool pair = first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF;
      const bool judged = is_text(std::string{static_cast<char>(first), static_cast<char>(second)});
      if (judged != (ascii || pair)) FAIL(first << " " << second);
    }
  }
}

TEST_CASE("a text is cut between characters, and says how long it was") {
  CHECK(davit::cut_text("größe", 7) == "größe");
  CHECK(davit::cut_text("größe", 6) == "größ… (cut: it had 7 bytes)");
  CHECK(davit::cut_text("größe", 5) == "grö… (cut: it had 7 bytes)");
  CHECK(davit::cut_text("größe", 0) == "… (cut: it had 7 bytes)");
}
