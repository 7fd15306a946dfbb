#include "cli/report.hpp"

#include "plugin/leaving.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace davit::cli {
namespace {

void add_indented(std::string &to, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  std::string pad(label.size() + 2, ' ');
  bool first = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    to += fmt::format("\n  {}{}", first ? (label.empty() ? "" : std::string(label) + ": ") : (label.empty() ? "" : pad),
                      printable(text.substr(0, end)));
    first = false;
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

// Where a function calls itself, the rest is more of the same.
std::string_view beginning(std::string_view context) {
  std::size_t end = 0;
  for (int lines = 0; lines < 10 && end != std::string_view::npos; ++lines) end = context.find('\n', end + (lines > 0));
  return context.substr(0, end);
}

std::string headline(const error &e) {
  std::string who;
  if (!e.handler.empty())
    who = fmt::format("hook {}.{} at {} {}: ", e.plugin, e.handler, e.phase,
                      e.code == error_code::hook_veto ? "refused" : "failed");
  std::string out = who + e.message;
  if (!e.sqlstate.empty()) out += " [" + e.sqlstate + "]";
  return out;
}

// Message, place, excerpt, server's words, state, hint.
std::string lines_of(const terminal &t, const error &e) {
  const std::string where = to_string(e.where);
  std::string out = t.on_err(style::bad, "error: ") +
                    t.on_err(style::bold, (where.empty() ? "" : where + ": ") + printable(headline(e)));
  add_indented(out, "", e.excerpt);
  add_indented(out, "detail", e.detail);
  add_indented(out, "context", beginning(e.context));
  add_indented(out, "server's hint", e.server_hint);
  add_indented(out, "state", e.state);
  add_indented(out, "what to do", e.hint);
  return out;
}

// Names and messages may hold bytes that are no UTF-8.
std::string to_text(const nlohmann::ordered_json &answer) {
  return answer.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

void print_error(terminal &t, const error &e) { t.err(lines_of(t, e)); }

nlohmann::ordered_json to_json(const error &e) {
  nlohmann::ordered_json j{{"code", name_of(e.code)}, {"message", e.message}};
  const auto add = [&j](const char *key, const std::string &text) {
    if (!text.empty()) j[key] = text;
  };
  add("file", e.where.file);
  if (e.where.line) j["line"] = e.where.line;
  if (e.where.column) j["column"] = e.where.column;
  add("excerpt", e.excerpt);
  add("sqlstate", e.sqlstate);
  add("detail", e.detail);
  add("context", std::string(beginning(e.context)));
  add("server_hint", e.server_hint);
  add("plugin", e.plugin);
  add("handler", e.handler);
  add("phase", e.phase);
  add("state", e.state);
  add("hint", e.hint);
  return j;
}

nlohmann::ordered_json json_answer(std::string_view command) {
  return {{"schema_version", json_schema_version}, {"command", command}, {"ok", true}};
}

nlohmann::ordered_json json_failure(std::string_view command, const error &e) {
  return {{"schema_version", json_schema_version},
          {"command", command},
          {"ok", false},
          {"exit_code", exit_status(e)},
          {"error", to_json(e)}};
}

void print_json(terminal &t, const nlohmann::ordered_json &answer) {
  const std::string text = to_text(answer);
  plugin::about_to_answer(answer.value("exit_code", static_cast<int>(exit_code::ok)));
  t.out(text);
}

void print_last_words(terminal &t, const options &o, const error &why, const error *failure) {
  if (failure) t.err_if_read(lines_of(t, *failure));
  if (!o.json) return;
  auto answer = json_failure(name_of(o.what), why);
  if (failure) answer["failed_before"] = to_json(*failure);
  t.out_if_silent(to_text(answer));
}

int exit_status(const error &e) { return static_cast<int>(exit_of(e.code)); }

int refuse(terminal &t, const options &o, const error &e) {
  plugin::about_to_answer(exit_status(e));
  if (o.json) print_json(t, json_failure(name_of(o.what), e));
  print_error(t, e);
  return exit_status(e);
}

} // namespace davit::cli
