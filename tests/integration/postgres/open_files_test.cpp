// A session needs a socket, and a process may have only so many.
#include "base/error.hpp"
#include "postgres/connection.hpp"

#include <doctest/doctest.h>

#include <string>

#include <sys/resource.h>

namespace {

std::string hint_of_failed_connection() {
  try {
    davit::postgres::connect_options options;
    options.url = "host=/nowhere dbname=none";
    const davit::postgres::connection c(options);
  } catch (const davit::error &e) {
    return e.hint;
  }
  return "it connected";
}

} // namespace

TEST_CASE("where no more files can be open, a failed connection says that, and not where it should have led") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max}; // what is open stays so
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const std::string hint = hint_of_failed_connection();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK_MESSAGE(hint.find("ulimit -n") != std::string::npos, hint);
  CHECK(hint.find("/nowhere") == std::string::npos);
  CHECK(hint_of_failed_connection().find("tried host '/nowhere'") == 0);
}
