// All rules about where text goes and how it looks: data on stdout, everything else on stderr, colour only for people.
#pragma once

#include "cli/live_text.hpp"

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace davit::cli {

enum class style { plain, bold, dim, good, bad, warn };

class terminal {
public:
  explicit terminal(bool no_color);

  // One line each; from any thread. Where nobody reads they wait, but not past a signal that tells davit to stop.
  void out(std::string_view line);
  void err(std::string_view line);
  // The same for whoever must not wait: the line is lost if nobody reads, be it that another thread waits for that.
  void err_if_read(std::string_view line);
  // On standard output, if nothing was said there before; not for longer than that waits, either. Nothing is said there
  // afterwards.
  void out_if_silent(std::string_view line);
  // From here on standard output is for this class alone: what plugins, and programs they start, write there goes to
  // standard error; which they cannot take away from it. Before the first plugin is loaded.
  void keep_output_from_plugins();
  // What kept a line from standard output, as errno has it; 0 if all of them were written.
  int lost_output();

  // A line on stderr that the next one overwrites; nothing where stderr is no terminal.
  void live(std::string_view line);
  // What davit waits for, told again and again: on a terminal such a line, and once it is over one that stays, for who
  // reads what the terminal has shown; elsewhere a line for each text. An empty one: it is over.
  void waiting(std::string_view what);

  std::string on_out(style s, std::string_view text) const { return paint(out_color_, s, text); }
  std::string on_err(style s, std::string_view text) const { return paint(err_color_, s, text); }

private:
  static std::string paint(bool color, style s, std::string_view text);
  std::string over_live(std::string_view line);
  std::string let_go();
  void put_err(std::string_view text, int patience_ms);

  std::mutex mutex_;
  // Written to by number: plugins share the streams of stdio, and may close one, buffer it or keep its lock for ever.
  // Never closed: a line may come from any thread until the very end.
  int out_, err_;
  int lost_ = 0;
  bool silent_ = true; // on standard output
  bool is_over_ = false;
  bool err_is_live_; // a terminal on which a line can be overwritten
  bool out_color_, err_color_;
  live_text live_;
  std::string under_way_;      // is live, or comes back when a wait is over
  std::string waited_for_;     // is live
  std::set<std::string> said_; // of that, each text once
};

// Texts that came from elsewhere, so that they cannot pass for davit's own: control characters made visible, further
// lines marked.
std::string printable(std::string_view text);

} // namespace davit::cli
