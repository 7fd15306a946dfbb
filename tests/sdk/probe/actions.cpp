#include "actions.hpp"

#include "facts.hpp"

#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

namespace probe {
namespace {

using davit::detail::str;

struct occasion {
  const action &what;
  davit::context &cx;
  const memory &known;
  bypass &out;

  const davit_host &host() const { return *cx.host(); }
  void check(std::int32_t status) const {
    if (status < 0) throw davit::error(status, host().last_error(cx.get()), "status " + std::to_string(status));
  }
};

davit_value typed(const action &a) {
  davit_value v{};
  if (a.type == "bool") {
    v.type = DAVIT_TYPE_BOOL;
    v.as.boolean = a.value == "true";
  } else if (a.type == "i64") {
    v.type = DAVIT_TYPE_I64;
    v.as.i64 = std::stoll(a.value);
  } else if (a.type == "f64") {
    v.type = DAVIT_TYPE_F64;
    v.as.f64 = std::stod(a.value);
  } else if (a.type == "str" || a.type == "json") {
    v.type = a.type == "str" ? DAVIT_TYPE_STR : DAVIT_TYPE_JSON;
    v.as.str = str(a.value);
  } else if (a.type != "none") {
    throw davit::error("no such type: " + a.type, DAVIT_ERR_INVALID);
  }
  return v;
}

davit::connection connection_of(const occasion &o) { return o.what.side ? o.cx.side() : o.cx.db(); }

// The first column of the first row.
std::string sql(const occasion &o) {
  const auto r = connection_of(o).query(o.what.sql);
  o.cx.report(r.rows_affected());
  if (r.empty()) return {};
  return r[0].get<std::optional<std::string>>(0).value_or("NULL");
}

// Reads `rows` rows and leaves the stream open: davit has to close it.
std::string stream(const occasion &o) {
  const auto *ext =
      static_cast<const davit_ext_rows_v1 *>(o.host().get_extension(o.cx.host(), davit_cstr(DAVIT_EXT_ROWS)));
  if (!ext) throw davit::error("no " DAVIT_EXT_ROWS, DAVIT_ERR_UNSUPPORTED);
  davit_rows *rows = nullptr;
  o.check(
      ext->open(o.cx.get(), o.what.side ? DAVIT_CONN_SIDE : DAVIT_CONN_MIGRATION, str(o.what.sql), nullptr, 0, &rows));
  const davit_cell *cells = nullptr;
  for (std::int64_t i = 0; i < o.what.rows; ++i) o.check(ext->next(o.cx.get(), rows, &cells));
  return {};
}

std::string undo(const occasion &o) {
  o.cx.undo();
  return {};
}

std::string fail(const occasion &o) { throw davit::error(o.what.text); }
std::string veto(const occasion &o) { throw davit::veto(o.what.text); }

std::string throw_exception(const occasion &o) {
  if (!o.what.raw) throw std::runtime_error(o.what.text);
  o.out = [text = o.what.text]() -> std::int32_t { throw std::runtime_error(text); };
  return {};
}

std::string throw_int(const occasion &o) {
  if (!o.what.raw) throw 42;
  o.out = []() -> std::int32_t { throw 42; };
  return {};
}

std::string status(const occasion &o) {
  o.out = [value = static_cast<std::int32_t>(std::stol(o.what.value))] { return value; };
  return {};
}

std::string stat_set(const occasion &o) {
  const auto v = typed(o.what);
  o.check(o.host().stat_set(o.cx.get(), str(o.what.key), &v));
  return {};
}

std::string stat_add(const occasion &o) {
  const auto v = typed(o.what);
  davit_value sum{};
  o.check(o.host().stat_add(o.cx.get(), str(o.what.key), &v, &sum));
  return to_text(sum);
}

std::string stat_get(const occasion &o) {
  davit_value v{};
  o.check(o.host().stat_get(o.cx.get(), str(o.what.key), &v));
  return to_text(v);
}

// `rows` repetitions of the text: a value too large to be written into davit.toml.
std::string stat_large(const occasion &o) {
  std::string text;
  for (std::int64_t i = 0; i < o.what.rows; ++i) text += o.what.text;
  o.cx.set_stat(o.what.key, text);
  return std::to_string(text.size());
}

std::string info(const occasion &o) {
  davit_value v{};
  o.check(o.host().info(o.cx.get(), str(o.what.key), &v));
  return to_text(v);
}

std::string report(const occasion &o) {
  o.cx.report(static_cast<std::uint64_t>(o.what.rows));
  return o.what.text;
}

std::string log(const occasion &o) {
  o.cx.log(o.what.text);
  return {};
}

// Until davit says to give up.
std::string wait(const occasion &o) {
  using namespace std::chrono_literals;
  const auto patience = std::chrono::steady_clock::now() + 60s;
  for (;;) {
    const auto reason = o.host().cancelled(o.cx.host());
    if (reason != DAVIT_CANCEL_NONE) return name_of_reason(reason);
    if (std::chrono::steady_clock::now() > patience) throw davit::error("nobody has cancelled the wait");
    std::this_thread::sleep_for(1ms);
  }
}

std::string environment(const occasion &o) {
  ::setenv(o.what.key.c_str(), o.what.value.c_str(), 1);
  return {};
}

// Never looks whether to give up.
std::string hang(const occasion &) {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

std::string cancelled(const occasion &o) { return name_of_reason(o.host().cancelled(o.cx.host())); }

// What every kind of host function answers to a ctx that cannot be used.
std::string try_all(const davit_host &host, davit_ctx *ctx) {
  const davit_value one = davit::detail::to_value(1);
  davit_value got{};
  const auto key = davit_cstr("probe");
  std::string out = name_of_status(host.query(ctx, DAVIT_CONN_MIGRATION, davit_cstr("SELECT 1"), nullptr, 0, nullptr));
  for (const auto s : {host.stat_set(ctx, key, &one), host.stat_get(ctx, key, &got),
                       host.stat_add(ctx, key, &one, &got), host.info(ctx, davit_cstr("stats"), &got),
                       host.report(ctx, 1, key), host.undo(ctx), host.release(ctx, nullptr)})
    out += ' ' + name_of_status(s);
  const bool nothing =
      !host.run(ctx) && !host.binding(ctx) && !host.migration(ctx) && !host.error(ctx) && !host.last_error(ctx);
  return out + (nothing ? " and nothing to see" : " and something to see");
}

std::string other_thread(const occasion &o) {
  std::string out;
  std::thread([&] { out = try_all(o.host(), o.cx.get()); }).join();
  return out;
}

// The same by way of the C++ wrapper: what its exceptions say.
std::string try_wrapper(const davit::context &cx) {
  std::string out;
  const auto attempt = [&](auto &&call) {
    try {
      call();
      out += "nothing; ";
    } catch (const davit::error &e) {
      out += name_of_status(e.status()) + ' ' + e.what() + "; ";
    }
  };
  attempt([&] { cx.query("SELECT 1"); });
  attempt([&] { cx.side().for_each("SELECT 1", [](const davit::row &) {}); });
  attempt([&] { cx.set_stat("probe", 1); });
  attempt([&] { cx.migration(); });
  return out;
}

std::string wrapper_on_other_thread(const occasion &o) {
  std::string out;
  std::thread([&] { out = try_wrapper(o.cx); }).join();
  return out;
}

std::string wrapper_of_stale(const occasion &o) {
  if (!o.known.last_ctx) throw davit::error("no handler of this instance has returned yet");
  return try_wrapper(davit::context(&o.host(), o.known.last_ctx));
}

std::string stale(const occasion &o) {
  if (!o.known.last_ctx) throw davit::error("no handler of this instance has returned yet");
  return try_all(o.host(), o.known.last_ctx);
}

// Of all instances: what `outlive` got to hear.
std::mutex outlived_mutex;
std::string outlived_answers;

// Comes back only after davit has given it up, and asks for things then.
std::string outlive(const occasion &o) {
  while (o.host().cancelled(o.cx.host()) != DAVIT_CANCEL_ABANDONED)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const std::lock_guard lock(outlived_mutex);
  outlived_answers = try_all(o.host(), o.cx.get());
  return {};
}

// Waits until another instance has outlived its handler.
std::string outlived(const occasion &) {
  using namespace std::chrono_literals;
  const auto patience = std::chrono::steady_clock::now() + 60s;
  for (;;) {
    {
      const std::lock_guard lock(outlived_mutex);
      if (!outlived_answers.empty()) return outlived_answers;
    }
    if (std::chrono::steady_clock::now() > patience) throw davit::error("no handler was given up");
    std::this_thread::sleep_for(1ms);
  }
}

std::string describe_what(const occasion &o) { return describe(o.cx, o.what.text); }

const std::map<std::string_view, std::string (*)(const occasion &)> verbs{
    {"sql", sql},
    {"stream", stream},
    {"undo", undo},
    {"fail", fail},
    {"veto", veto},
    {"throw", throw_exception},
    {"throw_int", throw_int},
    {"status", status},
    {"stat_set", stat_set},
    {"stat_add", stat_add},
    {"stat_get", stat_get},
    {"stat_large", stat_large},
    {"info", info},
    {"report", report},
    {"log", log},
    {"wait", wait},
    {"environment", environment},
    {"hang", hang},
    {"cancelled", cancelled},
    {"thread", other_thread},
    {"stale", stale},
    {"wrapper_on_other_thread", wrapper_on_other_thread},
    {"wrapper_of_stale", wrapper_of_stale},
    {"outlive", outlive},
    {"outlived", outlived},
    {"describe", describe_what},
};

} // namespace

bool is_verb(std::string_view word) { return verbs.count(word) != 0; }

std::string perform(const action &a, davit::context &cx, const memory &known, bypass &out) {
  std::string got;
  try {
    got = verbs.at(a.verb)({a, cx, known, out});
  } catch (const davit::error &e) {
    if (!a.caught) throw;
    got = name_of_status(e.status()) + (e.sqlstate().empty() ? "" : " " + e.sqlstate()) + ": " + e.what();
  }
  if (a.expects && got != a.expect)
    throw davit::error("'" + a.verb + "' yields '" + got + "', expected '" + a.expect + "'");
  return got;
}

} // namespace probe
