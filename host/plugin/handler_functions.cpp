// The [handler] functions of the host table: facts, SQL, stats, reports.
#include "plugin/call_state.hpp"
#include "plugin/json.hpp"
#include "plugin/phases.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

namespace davit::plugin {
namespace {

// For functions that return a pointer: null where a status would be negative.
template <class F> auto pointer(davit_ctx *ctx, F &&work) {
  decltype(work(std::declval<call_state &>())) out = nullptr;
  guarded(ctx, [&](call_state &s) {
    out = work(s);
    return DAVIT_OK;
  });
  return out;
}

const davit_run *run(davit_ctx *ctx) {
  return pointer(ctx, [](call_state &s) { return s.shown_run(); });
}
const davit_migration *migration(davit_ctx *ctx) {
  return pointer(ctx, [](call_state &s) { return s.shown_migration(); });
}
const davit_binding *shown_binding(davit_ctx *ctx) {
  return pointer(ctx, [](call_state &s) { return s.shown_binding(); });
}
const davit_error *failure(davit_ctx *ctx) {
  return pointer(ctx, [](call_state &s) { return s.shown_failure(); });
}
const davit_error *last_error(davit_ctx *ctx) {
  return pointer(ctx, [](call_state &s) -> const davit_error * { return s.last_error ? &s.last_error->abi : nullptr; });
}

value argument(const call_state &s, std::string_view path) {
  const config::node *at = &s.bound.args;
  while (at && !path.empty()) {
    const auto dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  if (!at) return {};
  switch (at->value.index()) {
  case 1: return std::get<bool>(at->value);
  case 2: return std::get<std::int64_t>(at->value);
  case 3: return std::get<double>(at->value);
  case 4: return std::get<std::string>(at->value);
  case 5:
  case 6: return json_text{to_json(*at)};
  default: return {};
  }
}

// What may be another thing at each moment of a run.
std::optional<value> fact_of_now(const occasion &when, std::string_view key) {
  using namespace std::chrono;
  if (key == "run.connected") return when.scope != sql_scope::none;
  if (key == "run.elapsed_ms") {
    const microseconds begun(when.run.started_us);
    return std::int64_t{duration_cast<milliseconds>(system_clock::now().time_since_epoch() - begun).count()};
  }
  if (key == "server.pid") {
    const auto pid = when.sessions.run_pid();
    return pid ? value(std::int64_t{*pid}) : value();
  }
  return std::nullopt;
}

std::int32_t info(davit_ctx *ctx, davit_str key, davit_value *out) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    const std::string name = take_text(key, "the key");
    if (!out) throw call_error(DAVIT_ERR_INVALID, "info: no place for the value");
    const auto lend = [&](value v) {
      *out = borrow(s.lent.emplace_back(std::move(v)));
      return DAVIT_OK;
    };
    if (name == "stats") return lend(json_text{s.when.stats.visible_as_json()});
    if (name == "args") return lend(json_text{s.bound.args_json});
    if (name.starts_with("args.")) return lend(argument(s, std::string_view(name).substr(5)));
    if (auto now = fact_of_now(s.when, name)) return lend(*std::move(now));
    if (const auto at = s.when.info.find(name); at != s.when.info.end()) return lend(at->second);
    const auto keys = info_keys();
    if (std::none_of(keys.begin(), keys.end(), [&](const info_row &k) { return k.key == name; }))
      throw call_error(DAVIT_ERR_NOT_FOUND, "this davit has no info key '" + name + "'");
    return lend({});
  });
}

std::int32_t query(davit_ctx *ctx, std::int32_t connection, davit_str sql, const davit_value *params, std::size_t count,
                   const davit_result **out) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    if (out) *out = nullptr;
    std::vector<std::optional<std::string>> copies;
    const auto parameters = take_parameters(params, count, copies);
    postgres::result r = s.sql.query(connection, take_text(sql, "the statement"), parameters);
    if (out) *out = &s.results.emplace_back(std::move(r)).abi;
    return DAVIT_OK;
  });
}

std::int32_t release(davit_ctx *ctx, const davit_result *r) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    if (!r) return DAVIT_OK;
    // Mostly the newest.
    const auto at =
        std::find_if(s.results.rbegin(), s.results.rend(), [r](const shown_result &x) { return &x.abi == r; });
    if (at == s.results.rend())
      throw call_error(DAVIT_ERR_INVALID, "release: not a result of this handler, or released already");
    s.results.erase(std::next(at).base());
    return DAVIT_OK;
  });
}

std::int32_t undo(davit_ctx *ctx) {
  return guarded(ctx, [](call_state &s) -> std::int32_t {
    s.sql.undo();
    return DAVIT_OK;
  });
}

std::int32_t fail(davit_ctx *ctx, std::int32_t status, davit_str text) {
  guarded(ctx, [&](call_state &s) -> std::int32_t {
    s.said = s.bound.owner->shared().secrets.spoken(view(text), "(a reason that is not UTF-8 text)");
    return DAVIT_OK;
  });
  return status;
}

std::int32_t report(davit_ctx *ctx, std::uint64_t rows, davit_str message) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    std::string text = take_text(message, "the message");
    if (rows > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - s.rows_affected)
      throw call_error(DAVIT_ERR_INVALID, "report: more rows than a 64-bit integer counts");
    s.rows_affected += rows;
    if (!text.empty()) s.message = s.bound.owner->shared().secrets.spoken(text, {});
    return DAVIT_OK;
  });
}

// Scrubbed for reading as for writing: a key that holds a secret is the same key then, in the ledger, too.
std::string stat_key(const call_state &s, davit_str key) {
  std::string text = s.bound.owner->shared().secrets.scrub(take_text(key, "the key"));
  if (!is_stat_key(text))
    throw call_error(DAVIT_ERR_INVALID, "a stat's key has 1 to 255 bytes and no control characters");
  return text;
}

void write_stat(call_state &s, std::string_view key, value v) {
  const auto &secrets = s.bound.owner->shared().secrets;
  if (auto *text = std::get_if<std::string>(&v)) *text = secrets.scrub(*text);
  if (auto *json = std::get_if<json_text>(&v)) json->text = scrub_json(json->text, secrets);
  s.when.stats.set(key, {std::move(v), s.bound.owner->name(), s.bound.phase});
}

std::int32_t stat_set(davit_ctx *ctx, davit_str key, const davit_value *in) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    const std::string name = stat_key(s, key);
    const auto v = in ? copy(*in) : std::nullopt;
    if (!v)
      throw call_error(DAVIT_ERR_INVALID,
                       "the value of stat '" + name +
                           "' has an unknown type, is not finite, is not text or JSON, or is larger than 1 MiB");
    write_stat(s, name, *v);
    return DAVIT_OK;
  });
}

std::int32_t stat_get(davit_ctx *ctx, davit_str key, davit_value *out) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    const std::string name = stat_key(s, key);
    if (!out) throw call_error(DAVIT_ERR_INVALID, "stat_get: no place for the value");
    const stat_entry *e = s.when.stats.find(name);
    if (!e) {
      *out = davit_value{};
      return DAVIT_OK;
    }
    const bool owned = e->content.index() >= 4; // text must survive a later stat_set
    *out = borrow(owned ? s.lent.emplace_back(e->content) : e->content);
    return DAVIT_OK;
  });
}

value sum_of(const value &a, const value &b, const std::string &key) {
  const auto number = [&](const value &v) -> double {
    if (const auto *i = std::get_if<std::int64_t>(&v)) return static_cast<double>(*i);
    if (const auto *f = std::get_if<double>(&v)) return *f;
    throw call_error(DAVIT_ERR_TYPE, "stat '" + key + "' is no number, or what is added to it");
  };
  const auto *x = std::get_if<std::int64_t>(&a);
  const auto *y = std::get_if<std::int64_t>(&b);
  std::int64_t whole = 0;
  if (x && y) {
    if (__builtin_add_overflow(*x, *y, &whole))
      throw call_error(DAVIT_ERR_INVALID, "stat '" + key + "' would leave the range of a 64-bit integer");
    return whole;
  }
  const double sum = number(a) + number(b);
  if (!std::isfinite(sum)) throw call_error(DAVIT_ERR_INVALID, "stat '" + key + "' would leave the range of a double");
  return sum;
}

std::int32_t stat_add(davit_ctx *ctx, davit_str key, const davit_value *delta, davit_value *out) {
  return guarded(ctx, [&](call_state &s) -> std::int32_t {
    const std::string name = stat_key(s, key);
    const auto v = delta ? copy(*delta) : std::nullopt;
    if (!v)
      throw call_error(DAVIT_ERR_INVALID, "what is added to stat '" + name + "' has an unknown type or is not finite");
    const stat_entry *e = s.when.stats.find(name);
    const value sum = sum_of(e ? e->content : value{std::int64_t{0}}, *v, name);
    write_stat(s, name, sum);
    if (out) *out = borrow(sum); // a number: nothing is borrowed
    return DAVIT_OK;
  });
}

} // namespace

void fill_handler_functions(davit_host &t) {
  t.run = run;
  t.migration = migration;
  t.binding = shown_binding;
  t.error = failure;
  t.info = info;
  t.query = query;
  t.release = release;
  t.undo = undo;
  t.last_error = last_error;
  t.fail = fail;
  t.report = report;
  t.stat_set = stat_set;
  t.stat_get = stat_get;
  t.stat_add = stat_add;
}

} // namespace davit::plugin
