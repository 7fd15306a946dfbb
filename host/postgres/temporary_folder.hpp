// A folder that goes with this process, however it ends.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include <sys/types.h>

namespace davit::postgres {

// Watched by a small child of its own, which removes it where a signal, a crash or _exit() leaves nobody else to do so.
class temporary_folder {
public:
  // `pattern` as for mkdtemp. Throws std::system_error.
  explicit temporary_folder(std::string pattern);
  ~temporary_folder();
  temporary_folder(const temporary_folder &) = delete;
  temporary_folder &operator=(const temporary_folder &) = delete;

  const std::filesystem::path &path() const noexcept { return path_; }
  // Now; says why not, if it cannot be.
  std::error_code remove() noexcept;

private:
  std::filesystem::path path_;
  pid_t keeper_ = -1;
};

} // namespace davit::postgres
