// Runs a program as a user's shell would, without the shell.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace davit::test {

struct program {
  std::vector<std::string> argv; // argv[0] is looked up in PATH unless it has a slash
  // On top of this process's environment; nullopt takes a variable away.
  std::map<std::string, std::optional<std::string>> environment = {};
  std::filesystem::path cwd = {}; // empty: this process's
  std::string input = {};         // all of its standard input
  std::chrono::milliseconds timeout = std::chrono::seconds(120);
};

struct outcome {
  int exit_code = -1; // -1 if a signal ended it
  int signal = 0;     // 0 if it exited
  std::string out;
  std::string err;
};

// A program that runs beside the test. Whatever it writes is kept in memory, so it never blocks on its output.
class running_program {
public:
  // Throws std::system_error if it cannot be started.
  explicit running_program(const program &what);
  // Kills it if it still runs.
  ~running_program();
  running_program(const running_program &) = delete;
  running_program &operator=(const running_program &) = delete;

  pid_t pid() const { return pid_; }
  void send(int signal) const;
  // Sends it again and again until the program ends, or its time is over.
  void insist(int signal) const;
  std::string out_so_far() const;
  std::string err_so_far() const;
  // Waits until either output contains `text`. Throws std::runtime_error when it ends, or its time is over, before.
  void wait_for_output(std::string_view text) const;
  // Waits for its end. Throws std::runtime_error with its output when its time is over, after killing it.
  outcome wait();

private:
  class descriptor {
  public:
    explicit descriptor(int fd, const char *what);
    descriptor(const descriptor &) = delete;
    descriptor &operator=(const descriptor &) = delete;
    ~descriptor();
    int get() const { return fd_; }

  private:
    int fd_;
  };

  bool ended_within(std::chrono::milliseconds time) const;
  std::chrono::milliseconds time_left() const;
  std::string describe(std::string_view what) const;
  void kill_and_reap() noexcept;

  program what_;
  std::chrono::steady_clock::time_point deadline_;
  descriptor out_, err_;
  pid_t pid_ = -1;
  std::optional<descriptor> handle_; // of the process, to wait for it with a timeout
  bool reaped_ = false;
};

// Starts it and waits for its end.
outcome run(const program &what);

} // namespace davit::test
