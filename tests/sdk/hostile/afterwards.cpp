// Deeds that come to light once the handler has returned: at the end of its thread, or of the process.
#include "hostile.hpp"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace hostile {
namespace {

int *volatile nowhere = nullptr;

void do_it(const std::string &what) {
  if (what == "hang") hang();
  if (what == "crash") *nowhere = 1;
  if (what == "exit") ::_exit(9);
}

struct doer {
  std::string what;
  ~doer() { do_it(what); }
};

doer at_the_end;
thread_local doer of_the_thread;
std::string at_exit;

std::int32_t static_object(const scene &s) {
  at_the_end.what.assign(s.more.data, s.more.len);
  return DAVIT_OK;
}

std::int32_t thread_local_object(const scene &s) {
  of_the_thread.what.assign(s.more.data, s.more.len);
  return DAVIT_OK;
}

std::int32_t exit_function(const scene &s) {
  at_exit.assign(s.more.data, s.more.len);
  return std::atexit([] { do_it(at_exit); }) == 0 ? DAVIT_OK : DAVIT_ERR;
}

} // namespace

deeds late_deeds() {
  return {
      {"static_object", static_object}, {"thread_local_object", thread_local_object}, {"exit_function", exit_function}};
}

} // namespace hostile
