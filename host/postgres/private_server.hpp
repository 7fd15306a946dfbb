// A private PostgreSQL server from the local binaries, on a Unix socket in a temporary folder: what
// `url = "ephemeral:"` means, and what the tests run on.
#pragma once

#include "postgres/temporary_folder.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace davit::postgres {

struct private_server_options {
  // postgresql.conf settings on top of the defaults (which favour speed over durability).
  std::vector<std::pair<std::string, std::string>> settings;
  // Folder of initdb and postgres; empty: DAVIT_POSTGRES_BIN, then pg_config's, then the newest that Debian installs.
  std::filesystem::path bin_dir;
  // Called again and again while the server is made; what it throws ends that, and nothing is left of it.
  std::function<void()> while_waiting = {};
};

// Owns the server: the destructor stops it and removes its folder; both are gone as well when this process dies. When
// this process is root the server runs as `postgres`, or `nobody` where there is no such user. Start it from a thread
// that outlives it: the kernel ties the server's life to the thread.
class private_server {
public:
  // Throws error_code::ephemeral with the server's last words.
  explicit private_server(private_server_options options = {});
  ~private_server();
  private_server(const private_server &) = delete;
  private_server &operator=(const private_server &) = delete;

  // Connection URL of one of its databases, for its superuser `postgres`.
  std::string url(std::string_view database = "postgres") const;
  const std::filesystem::path &folder() const { return folder_.path(); } // holds data/, log and the socket
  std::filesystem::path log_file() const { return folder() / "log"; }
  const std::filesystem::path &bin_dir() const { return bin_dir_; }

  // Stops without a checkpoint, as a power cut would (SIGQUIT), and waits.
  void crash();
  // Stops it and removes its folder, in a moment and without a word: for a process that leaves without destructors.
  void discard() noexcept;
  // Starts again on the same data after crash().
  void start();

private:
  int wait_patiently(pid_t child); // its wait status
  void stop(int signal) noexcept;

  private_server_options options_;
  std::filesystem::path bin_dir_;
  temporary_folder folder_;
  pid_t pid_ = -1;
};

} // namespace davit::postgres
