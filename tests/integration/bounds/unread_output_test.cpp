// davit's output goes into a pipe that nobody reads, as with a pager that was stopped: signals are heeded all the same.
#include "integration/lifecycle/probe_run.hpp"

#include <doctest/doctest.h>

#include <csignal>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace davit::test;

namespace {

class unread_pipe {
public:
  unread_pipe() {
    const auto path = folder_.path() / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    end_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(end_ >= 0);
  }
  ~unread_pipe() { ::close(end_); }
  unread_pipe(const unread_pipe &) = delete;
  unread_pipe &operator=(const unread_pipe &) = delete;

  std::string path() const { return (folder_.path() / "pipe").string(); }
  int filled() const {
    int bytes = 0;
    return ::ioctl(end_, FIONREAD, &bytes) == 0 ? bytes : -1;
  }

private:
  temp_folder folder_;
  int end_ = -1;
};

} // namespace

#ifndef __SANITIZE_THREAD__ // whose _exit() flushes stderr, and so waits for the thread that is writing there
TEST_CASE("the second signal leaves at once also where davit waits for somebody to read what it says") {
  const project p{std::string(head)};
  p.migration("0001_one.up.sql", "CREATE TABLE one (i int);\n"
                                 "DO $$ BEGIN LOOP RAISE NOTICE '%', repeat('x', 900); END LOOP; END $$;");
  const unread_pipe out;
  program what = p.command({"up", "--verbose"});
  what.argv.insert(what.argv.begin(), {"/bin/sh", "-c", "exec \"$@\" 2>'" + out.path() + "'", "sh"});
  running_program davit(what);
  wait_until("waiting for the pipe to be full", [&out] { return out.filled() > 50'000; });
  davit.send(SIGTERM);
  davit.insist(SIGINT);
  const auto end = davit.wait();
  CHECK((end.exit_code == 130 || end.exit_code == 143));
  wait_until_davit_is_gone(p);
  CHECK_FALSE(exists(p, "one"));
}
#endif
