// All rules about where text goes and how it looks: data on stdout, everything else on stderr, colour only for people.
#pragma once

#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>

namespace davit::cli {

enum class style { plain, bold, dim, good, bad, warn };

class terminal {
public:
  explicit terminal(bool no_color);

  // One line each; from any thread.
  void out(std::string_view line);
  void err(std::string_view line);
  // The same for whoever must not wait: the line is lost if nobody reads, be it that another thread waits for that.
  void err_if_read(std::string_view line);
  // From here on standard output is for this class alone: what plugins, and programs they start, write there goes to
  // standard error. Before the first plugin is loaded.
  void keep_stdout_from_plugins();
  // Writes out what is still held back; false if it, or an earlier line, could not be written (errno says why).
  bool flush();

  // A line on stderr that the next one overwrites; false, and nothing, where stderr is no terminal.
  bool live(std::string_view line);

  std::string on_out(style s, std::string_view text) const { return paint(out_color_, s, text); }
  std::string on_err(style s, std::string_view text) const { return paint(err_color_, s, text); }

private:
  static std::string paint(bool color, style s, std::string_view text);
  void clear_live();

  std::mutex mutex_;
  std::FILE *data_ = stdout; // never closed: a line may come from any thread until the very end
  bool err_is_terminal_;
  bool out_color_, err_color_;
  bool live_ = false;
};

// Texts that came from elsewhere, so that they cannot pass for davit's own: control characters made visible, further
// lines indented.
std::string printable(std::string_view text);

} // namespace davit::cli
