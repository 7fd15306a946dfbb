// delay_proxy SOCKET_FOLDER MICROSECONDS: a slow network in front of a server, for scripts. Prints the folder to
// connect to (PGHOST) and works until its standard input ends.
#include "support/failure_watch.hpp"
#include "support/proxy.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <string_view>

#include <unistd.h>

// No test case is running here.
bool davit::test::test_case_has_failed() { return false; }

int main(int argc, char **argv) try {
  const std::string_view number = argc == 3 ? argv[2] : "";
  long delay = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), delay);
  if (problem != std::errc{} || end != number.data() + number.size() || delay < 0) {
    std::fputs("usage: delay_proxy SOCKET_FOLDER MICROSECONDS\n", stderr);
    return 2;
  }
  const davit::test::proxy p(argv[1], {.delay = std::chrono::microseconds(delay)});
  std::puts(p.folder().c_str());
  std::fflush(stdout);
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) > 0;) {
  }
  return 0;
} catch (const std::exception &e) {
  std::fprintf(stderr, "delay_proxy: %s\n", e.what());
  return 1;
}
