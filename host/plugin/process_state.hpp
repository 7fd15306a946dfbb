// What belongs to the whole process, and a plugin may have changed: davit depends on it, and so do other plugins.
#pragma once

#include <clocale>
#include <csignal>
#include <locale>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace davit::plugin {

class process_state {
public:
  process_state(); // as it is now, for this thread and those it starts from here on
  ~process_state();
  process_state(const process_state &) = delete;
  process_state &operator=(const process_state &) = delete;

  // Puts back what differs; says in words what it was ("the signal mask"). A few microseconds.
  std::vector<std::string> restore();

private:
  struct file {
    int number;
    int copy; // -1: it was closed
    dev_t device;
    ino_t inode;
  };
  struct limit {
    decltype(RLIMIT_CORE) which;
    const char *name;
    rlimit value;
  };
  struct disposition {
    int signal;
    struct sigaction action;
  };
  using words = std::vector<std::string>;

  void restore_signals(words &changed);
  void restore_locale(words &changed);
  void restore_folder(words &changed);
  void restore_files(words &changed);
  void restore_limits(words &changed);

  sigset_t mask_{};
  std::vector<disposition> dispositions_;
  std::string c_locale_;
  std::locale locale_;
  mode_t umask_;
  file folder_{};
  std::vector<file> outputs_;
  std::vector<limit> limits_;
};

// "it changed the locale and the umask, which is put back"
std::string describe_changes(const std::vector<std::string> &changed);

} // namespace davit::plugin
