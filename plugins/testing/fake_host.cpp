#include "fake_host.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <stdexcept>

namespace testing {
namespace {

std::string copy(davit_str s) { return s.len ? std::string(s.data, s.len) : std::string(); }
davit_str borrow(const std::string &s) { return {s.data(), s.size()}; }

value copy(const davit_value &v) {
  switch (v.type) {
  case DAVIT_TYPE_BOOL: return v.as.boolean != 0;
  case DAVIT_TYPE_I64: return v.as.i64;
  case DAVIT_TYPE_F64: return v.as.f64;
  case DAVIT_TYPE_STR: return copy(v.as.str);
  case DAVIT_TYPE_JSON: return json{copy(v.as.str)};
  default: return {};
  }
}

davit_value borrow(const value &v) {
  davit_value out{};
  out.type = static_cast<std::uint32_t>(v.index());
  if (const auto *b = std::get_if<bool>(&v)) out.as.boolean = *b ? 1 : 0;
  if (const auto *i = std::get_if<std::int64_t>(&v)) out.as.i64 = *i;
  if (const auto *d = std::get_if<double>(&v)) out.as.f64 = *d;
  if (const auto *s = std::get_if<std::string>(&v)) out.as.str = borrow(*s);
  if (const auto *j = std::get_if<json>(&v)) out.as.str = borrow(j->text);
  return out;
}

field as_text(const davit_value &v) {
  switch (v.type) {
  case DAVIT_TYPE_BOOL: return v.as.boolean ? "true" : "false";
  case DAVIT_TYPE_I64: return std::to_string(v.as.i64);
  case DAVIT_TYPE_F64: return std::to_string(v.as.f64);
  case DAVIT_TYPE_STR:
  case DAVIT_TYPE_JSON: return copy(v.as.str);
  default: return std::nullopt;
  }
}

// "checks.0.sql" as the descriptor declares it: "checks[].sql".
std::string declared_form(const std::string &path) {
  std::string out;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('.', at), path.size());
    const std::string part = path.substr(at, end - at);
    const bool index = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    out += index ? "[]" : (out.empty() ? "" : ".") + part;
    at = end + 1;
  }
  return out;
}

bool is_phase(const std::string &name) {
#define DAVIT_PHASE(phase, origin, connection, failure, answers, fires, on_failure)                                    \
  if (name == #phase) return true;
#include <davit/phases.def>
  return false;
}

} // namespace

struct fake_host::stored_result {
  std::vector<std::vector<field>> rows;
  std::vector<davit_cell> cells;
  davit_column column{sizeof(davit_column), 25, DAVIT_STR("?column?")};
  std::vector<const davit_column *> columns;
  davit_result c{};

  explicit stored_result(const reply &r) : rows(r.rows) {
    for (const auto &row : rows)
      for (const field &f : row)
        cells.push_back(f ? davit_cell{f->c_str(), static_cast<std::int64_t>(f->size())} : davit_cell{nullptr, -1});
    columns.assign(rows.empty() ? 0 : rows.front().size(), &column);
    c.struct_size = sizeof c;
    c.column_count = static_cast<std::uint32_t>(columns.size());
    c.row_count = rows.size();
    c.rows_affected = r.affected;
    c.columns = columns.data();
    c.cells = cells.data();
  }
};

// The host table. Its handles are the fake itself.
struct host_functions {
  static fake_host &of(const davit_host *h) { return *static_cast<fake_host *>(h->impl); }
  static fake_host &of(davit_ctx *c) { return *reinterpret_cast<fake_host *>(c); }

  static std::int32_t handler(const davit_host *h, davit_init *, davit_str name, davit_handler_fn fn, void *user,
                              std::uint32_t) {
    const std::string n = copy(name);
    const bool legal = !n.empty() && std::all_of(n.begin(), n.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '_' || c == '.' || c == '-';
    });
    if (!legal) return of(h).refuse(DAVIT_ERR_INVALID, "'" + n + "' is no name for a handler");
    if (!of(h).handlers_.emplace(n, fake_host::declared{fn, user}).second)
      return of(h).refuse(DAVIT_ERR_INVALID, "handler '" + n + "' is declared already");
    return DAVIT_OK;
  }
  static std::int32_t bind(const davit_host *h, davit_init *, davit_str name, davit_str phase, std::int32_t,
                           std::uint32_t) {
    if (!of(h).handlers_.count(copy(name))) return of(h).refuse(DAVIT_ERR_NOT_FOUND, "no handler " + copy(name));
    if (!is_phase(copy(phase))) return of(h).refuse(DAVIT_ERR_NOT_FOUND, "no phase '" + copy(phase) + "'");
    of(h).bindings.push_back({copy(phase), copy(name)});
    return DAVIT_OK;
  }
  static std::int32_t config(const davit_host *h, davit_init *, davit_str path, davit_value *out) {
    const std::string p = copy(path);
    const davit_plugin &d = *of(h).plugin_;
    const auto end = d.keys + d.key_count;
    const auto key = std::find_if(d.keys, end, [&](const davit_key *k) { return copy(k->name) == declared_form(p); });
    const auto found = of(h).config_.find(p);
    const std::string elements = declared_form(p) + "[]";
    if (key == end && std::any_of(d.keys, end, [&](const davit_key *k) { return copy(k->name) == elements; })) {
      *out = found == of(h).config_.end() ? davit_value{} : borrow(found->second); // the array, as JSON
      return DAVIT_OK;
    }
    if (key == end) return of(h).refuse(DAVIT_ERR_NOT_FOUND, "no such key: " + p);
    *out = found == of(h).config_.end() ? (*key)->default_value : borrow(found->second);
    return DAVIT_OK;
  }
  static std::int32_t config_length(const davit_host *h, davit_init *, davit_str path, std::uint64_t *length) {
    const std::string prefix = copy(path) + '.';
    *length = 0;
    for (const auto &[p, v] : of(h).config_)
      if (p.compare(0, prefix.size(), prefix) == 0)
        *length = std::max<std::uint64_t>(*length, std::stoull(p.substr(prefix.size())) + 1);
    return DAVIT_OK;
  }
  static std::int32_t init_fail(const davit_host *h, davit_init *, std::int32_t status, davit_str text) {
    of(h).said_ = copy(text);
    return status;
  }
  static davit_str init_error(const davit_host *h, davit_init *) { return borrow(of(h).error_text_); }
  static const void *get_extension(const davit_host *, davit_str) { return nullptr; }
  static void log(const davit_host *, std::int32_t, davit_str) {}
  static std::int32_t cancelled(const davit_host *) { return DAVIT_CANCEL_NONE; }

  static const davit_run *run(davit_ctx *c) { return &of(c).run_; }
  static const davit_migration *migration(davit_ctx *c) { return of(c).in_migration ? &of(c).migration_ : nullptr; }
  static const davit_binding *binding(davit_ctx *c) { return &of(c).binding_; }
  static const davit_error *error(davit_ctx *c) { return of(c).failed ? &of(c).failure_ : nullptr; }
  static std::int32_t info(davit_ctx *c, davit_str key, davit_value *v) {
    *v = borrow(of(c).facts[copy(key)]);
    return DAVIT_OK;
  }
  static std::int32_t query(davit_ctx *c, std::int32_t connection, davit_str sql, const davit_value *params,
                            std::size_t count, const davit_result **result) {
    fake_host &h = of(c);
    sent_query sent{connection, copy(sql), {}};
    std::transform(params, params + count, std::back_inserter(sent.params), as_text);
    h.queries.push_back(sent);
    if (connection == DAVIT_CONN_MIGRATION && h.aborted_)
      return h.refuse(DAVIT_ERR_STATE, "the transaction is aborted");
    if (h.script_.empty() || sent.sql.find(h.script_.front().sql_part) == std::string::npos)
      return h.refuse(DAVIT_ERR, "not in the script: " + sent.sql);
    const reply r = h.script_.front().answer;
    h.script_.pop_front();
    if (!r.sqlstate.empty()) {
      h.aborted_ = connection == DAVIT_CONN_MIGRATION && !h.no_transaction;
      return h.refuse(DAVIT_ERR_SQL, r.message, r.sqlstate);
    }
    h.results_.push_back(std::make_unique<fake_host::stored_result>(r));
    if (result) *result = &h.results_.back()->c;
    return DAVIT_OK;
  }
  static std::int32_t release(davit_ctx *, const davit_result *) { return DAVIT_OK; }
  static std::int32_t undo(davit_ctx *c) {
    fake_host &h = of(c);
    if (h.no_transaction) return h.refuse(DAVIT_ERR_STATE, "there is nothing to undo");
    h.aborted_ = false;
    ++h.undone;
    return DAVIT_OK;
  }
  static const davit_error *last_error(davit_ctx *c) { return &of(c).error_; }
  static std::int32_t fail(davit_ctx *c, std::int32_t status, davit_str text) {
    of(c).said_ = copy(text);
    return status;
  }
  static std::int32_t report(davit_ctx *c, std::uint64_t rows, davit_str message) {
    of(c).rows_reported += rows;
    of(c).reports.push_back(copy(message));
    return DAVIT_OK;
  }
  static std::int32_t stat_set(davit_ctx *c, davit_str key, const davit_value *v) {
    of(c).stats[copy(key)] = copy(*v);
    return DAVIT_OK;
  }
  static std::int32_t stat_get(davit_ctx *c, davit_str key, davit_value *v) {
    const auto found = of(c).stats.find(copy(key));
    *v = found == of(c).stats.end() ? davit_value{} : borrow(found->second);
    return DAVIT_OK;
  }
  static std::int32_t stat_add(davit_ctx *c, davit_str, const davit_value *, davit_value *) {
    return of(c).refuse(DAVIT_ERR_UNSUPPORTED, "stat_add is not faked");
  }
};

fake_host::fake_host(davit_entry_fn entry) : plugin_(entry()) {
  using f = host_functions;
  table_ = {sizeof(davit_host),
            DAVIT_ABI_MAJOR,
            DAVIT_ABI_MINOR,
            this,
            DAVIT_STR("0.0.0"),
            DAVIT_STR("mine"),
            f::handler,
            f::bind,
            f::config,
            f::config_length,
            f::init_fail,
            f::init_error,
            f::get_extension,
            f::log,
            f::cancelled,
            f::run,
            f::migration,
            f::binding,
            f::error,
            f::info,
            f::query,
            f::release,
            f::undo,
            f::last_error,
            f::fail,
            f::report,
            f::stat_set,
            f::stat_get,
            f::stat_add,
            [](const davit_host *, davit_str) -> std::int32_t { return 1; }};
}

fake_host::~fake_host() {
  if (instance_) plugin_->destroy(instance_);
}

fake_host &fake_host::configure(const std::string &path, value v) {
  config_[path] = std::move(v);
  return *this;
}

void fake_host::init() {
  if (plugin_->init(&table_, reinterpret_cast<davit_init *>(this), &instance_) < 0) {
    instance_ = nullptr;
    throw std::runtime_error(said_);
  }
}

fake_host &fake_host::answer(const std::string &sql_part, reply r) {
  script_.push_back({sql_part, std::move(r)});
  return *this;
}

std::int32_t fake_host::refuse(std::int32_t status, std::string text, std::string sqlstate) {
  error_text_ = std::move(text);
  error_state_ = std::move(sqlstate);
  error_ = {};
  error_.struct_size = sizeof error_;
  error_.status = status;
  error_.message = borrow(error_text_);
  error_.sqlstate = borrow(error_state_);
  return status;
}

void fake_host::refill_metadata(const std::string &phase, const std::string &handler) {
  const auto keep = [&](std::string s) { return borrow(texts_.emplace_back(std::move(s))); };
  run_ = {};
  run_.struct_size = sizeof run_;
  if (dry) run_.flags = DAVIT_RUN_DRY;
  run_.id = DAVIT_STR("00000000-0000-4000-8000-000000000001");
  run_.command = keep(command);
  run_.environment = keep(environment);
  run_.user = DAVIT_STR("deployer");
  run_.hint = keep(hint);
  migration_ = {};
  migration_.struct_size = sizeof migration_;
  migration_.direction = up ? DAVIT_UP : DAVIT_DOWN;
  if (no_transaction) migration_.flags = DAVIT_MIGRATION_NO_TRANSACTION;
  migration_.attempt = 1;
  migration_.version = keep(version);
  migration_.name = DAVIT_STR("orders");
  migration_.checksum = DAVIT_STR("c0ffee");
  binding_ = {};
  binding_.struct_size = sizeof binding_;
  binding_.handler = keep(handler);
  binding_.phase = keep(phase);
  if (!failed) return;
  failure_ = {};
  failure_.struct_size = sizeof failure_;
  failure_.status = failed->status;
  failure_.sqlstate = keep(failed->sqlstate);
  failure_.message = keep(failed->message);
}

ending fake_host::fire(const std::string &phase) {
  ending last;
  for (const binding &b : std::vector(bindings)) {
    if (b.phase != phase) continue;
    refill_metadata(phase, b.handler);
    said_.clear();
    aborted_ = false;
    const auto before = stats;
    const declared &d = handlers_.at(b.handler);
    last = {b.handler, d.fn(d.user, reinterpret_cast<davit_ctx *>(this)), ""};
    if (last.status == DAVIT_OK && aborted_) last.status = DAVIT_ERR_STATE;
    last.text = said_;
    if (last.status == DAVIT_OK) continue;
    stats = before;
    break;
  }
  return last;
}

} // namespace testing
