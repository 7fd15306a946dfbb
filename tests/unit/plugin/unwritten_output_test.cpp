// What stdio holds back where no child can be had to write it out.
#include "plugin/unwritten_output.hpp"

#include "plugin/leaving.hpp"
#include "without_rights.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <string>

#include <sys/resource.h>

using davit::plugin::write_out_streams;
using davit::test::status_without_rights;
using namespace std::chrono_literals;

namespace {

void allow_no_child() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_NPROC, &none);
}

std::string content(std::FILE *file) {
  std::array<char, 100> bytes{};
  std::rewind(file);
  return {bytes.data(), std::fread(bytes.data(), 1, bytes.size(), file)};
}

} // namespace

TEST_CASE("what is held back is written out in the process itself where no child can be had, if that may be") {
  for (const bool may_be : {true, false}) {
    CAPTURE(may_be);
    std::FILE *const file = std::tmpfile();
    REQUIRE(file);
    const int status = status_without_rights([&] {
      std::fputs("held back", file);
      allow_no_child();
      return write_out_streams(2s, may_be) ? 0 : 1;
    });
    CHECK(status == (may_be ? 0 : 1 << 8));
    CHECK(content(file) == (may_be ? "held back" : ""));
    std::fclose(file);
  }
}

TEST_CASE("a stream that takes nothing there is the end of the process, with the status that is decided") {
  const int status = status_without_rights([] {
    cookie_io_functions_t stuck{};
    stuck.write = [](void *, const char *, std::size_t) -> ssize_t {
      for (;;) ::pause();
    };
    std::FILE *const file = ::fopencookie(nullptr, "w", stuck);
    std::fputs("late", file);
    davit::plugin::decide_status(7);
    allow_no_child();
    return write_out_streams(50ms, true) ? 0 : 1;
  });
  CHECK(status == 7 << 8);
}
