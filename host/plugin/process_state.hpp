// What belongs to the whole process, and a plugin may have changed: davit depends on it, and so do other plugins.
#pragma once

#include "plugin/kept_environment.hpp"

#include <clocale>
#include <csignal>
#include <locale>
#include <string>
#include <string_view>
#include <utility>
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

  // In words: "the signal mask".
  struct changes {
    std::vector<std::string> put_back, lost;
    bool empty() const { return put_back.empty() && lost.empty(); }
    void add(std::string what, bool back = true) { (back ? put_back : lost).push_back(std::move(what)); }
  };
  // Puts back what differs. A few microseconds. What comes to grief in that is of `who`, whose code ran before.
  changes restore(std::string_view who);
  // For whoever is about to connect.
  kept_environment &environment() { return environment_; }

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

  void restore_signals(changes &found);
  void restore_locale(changes &found);
  void restore_folder(changes &found);
  void restore_files(changes &found);
  void restore_limits(changes &found);
  void restore_environment(changes &found);

  sigset_t mask_{};
  std::vector<disposition> dispositions_;
  std::string c_locale_;
  std::locale locale_;
  mode_t umask_;
  file folder_{};
  std::vector<file> outputs_;
  std::vector<limit> limits_;
  kept_environment environment_;
};

// "it changed the locale and the umask, which davit has put back"
std::string describe_changes(const process_state::changes &found);

} // namespace davit::plugin
