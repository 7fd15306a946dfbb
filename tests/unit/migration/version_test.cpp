#include "base/error.hpp"
#include "migration/files.hpp"

#include <doctest/doctest.h>

#include <string>

using davit::migration::version;

TEST_CASE("versions are compared as numbers of any length") {
  CHECK(version("2") < version("10"));
  CHECK(version("09") < version("10"));
  CHECK(version("20240131235959") > version("20231231235959"));
  CHECK(version(std::string(40, '9')) < version("1" + std::string(40, '0')));
}

TEST_CASE("leading zeros do not count, but are kept for print") {
  CHECK(version("007") == version("7"));
  CHECK((version("007") <=> version("7")) == std::strong_ordering::equal);
  CHECK(version("007").text() == "007");
  CHECK(version("007").canonical() == "7");
  CHECK(version("000").canonical() == "0");
  CHECK(version("0") < version("1"));
}

TEST_CASE("a version is digits and nothing else") {
  for (const std::string text : {"", "1a", "-1", "1.2", " 1", "٣"}) {
    CAPTURE(text);
    try {
      version refused(text);
      FAIL("accepted");
    } catch (const davit::error &e) {
      CHECK(e.code == davit::error_code::migration_version);
      CHECK(e.message.find("'" + text + "'") != std::string::npos);
    }
  }
}
