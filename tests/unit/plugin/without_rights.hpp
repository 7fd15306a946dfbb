// What only befalls those who are not root.
#pragma once

#include <cstdio>

#include <sys/wait.h>
#include <unistd.h>

namespace davit::test {

// How a child that is nobody in particular, and calls `what`, ends: as waitpid() has it.
template <class What> int status_without_rights(What what) {
  std::fflush(nullptr); // what is held back here is not the child's
  const pid_t child = ::fork();
  if (child == 0) {
    if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(99);
    ::_exit(what());
  }
  int status = -1;
  return child > 0 && ::waitpid(child, &status, 0) == child ? status : -1;
}

template <class What> bool holds_without_rights(What what) {
  return status_without_rights([&what] { return what() ? 0 : 1; }) == 0;
}

} // namespace davit::test
