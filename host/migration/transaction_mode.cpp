#include "migration/transaction_mode.hpp"

#include "migration/excerpt.hpp"
#include "migration/text_position.hpp"
#include "sql/heading.hpp"
#include "sql/outside_transaction.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>
#include <span>

namespace davit::migration {
namespace {

using sql::statement_kind;

bool ends_or_begins_transaction(const statement &st) {
  return is_transaction_control(st.kind) && st.kind != statement_kind::savepoint;
}

bool runs_outside_only(const statement &st) { return st.kind == statement_kind::outside_transaction; }

// One BEGIN at the start, its COMMIT at the end, and no other between them.
bool is_wrapped(std::span<const statement> all) {
  return all.size() >= 2 && all.front().kind == statement_kind::begin && all.back().kind == statement_kind::commit &&
         std::none_of(all.begin() + 1, all.end() - 1, ends_or_begins_transaction);
}

sql::problem problem_at(const script &s, const statement &st, std::string message, std::string hint) {
  const auto begin = static_cast<std::size_t>(st.text.data() - s.bytes.data());
  return {begin + sql::token_reader(st.text).offset(), std::move(message), std::move(hint)};
}

sql::problem not_inside(const script &s, const statement &st) {
  return problem_at(
      s, st,
      std::string(sql::outside_transaction_name(st.text)) +
          " cannot run between BEGIN and COMMIT: PostgreSQL refuses it in a transaction block",
      "make it a migration of its own, or remove BEGIN and COMMIT: the file then runs without a transaction");
}

sql::problem not_allowed(const script &s, std::span<const statement> all) {
  const auto here = std::find_if(all.begin(), all.end(), ends_or_begins_transaction);
  // A first BEGIN would do no harm if it were not for what comes later, so that is what to show.
  const auto later = here == all.begin() && here->kind == statement_kind::begin
                         ? std::find_if(here + 1, all.end(), ends_or_begins_transaction)
                         : here;
  const auto &culprit = later == all.end() ? *here : *later;
  const auto remove =
      later == all.end() ? std::string("end the file with COMMIT, or remove BEGIN") : std::string("remove it");
  return problem_at(s, culprit, sql::heading(culprit.text) + " in a migration that runs as one transaction",
                    remove +
                        "; or put \"-- davit: no-transaction\" above the first statement to run the file statement "
                        "by statement");
}

// PostgreSQL refuses these outside of a block, where their effect would end with them.
bool lasts_as_long_as_its_transaction(const statement &st) {
  if (st.kind == statement_kind::savepoint) return true;
  sql::token_reader words(st.text);
  if (words.is("lock")) return true;
  if (!words.is("declare")) return false;
  for (; !words.at_end() && !words.is("for"); words.advance())
    if (words.accept({"with", "hold"})) return false;
  return true;
}

// How far such a file has got is known between its transactions only, and AND CHAIN leaves nothing between them.
std::optional<sql::problem> chained(const script &s) {
  const auto at = std::find_if(s.statements.begin(), s.statements.end(),
                               [](const auto &st) { return st.kind == statement_kind::end_and_chain; });
  if (at == s.statements.end()) return std::nullopt;
  return problem_at(s, *at, "AND CHAIN in a migration without a transaction: davit could not tell where it stopped",
                    "write COMMIT; BEGIN; (or ROLLBACK; BEGIN;)");
}

std::string reason_of(const statement &st) {
  const auto at = text_cursor(st.text, 0, {st.line, st.column}).advance_to(sql::token_reader(st.text).offset());
  return std::string(sql::outside_transaction_name(st.text)) + " at line " + std::to_string(at.line);
}

} // namespace

std::optional<sql::problem> settle_transaction_mode(script &s, bool no_transaction_directive) {
  auto &all = s.statements;
  if (no_transaction_directive) {
    s.no_transaction = true;
    s.no_transaction_reason = "-- davit: no-transaction";
    return chained(s);
  }
  const auto outside = std::find_if(all.begin(), all.end(), runs_outside_only);
  s.wrapped = is_wrapped(all);
  if (s.wrapped) {
    if (outside != all.end()) return not_inside(s, *outside);
    all.pop_back();
    all.erase(all.begin());
    return std::nullopt;
  }
  if (outside != all.end()) {
    s.no_transaction = true;
    s.no_transaction_reason = reason_of(*outside);
    return chained(s);
  }
  if (std::any_of(all.begin(), all.end(), ends_or_begins_transaction)) return not_allowed(s, all);
  return std::nullopt;
}

void require_blocks_where_needed(const script &s, std::size_t from) {
  if (!s.no_transaction) return;
  const auto refuse = [&s](const statement &st, const std::string &what, const char *hint) {
    error e(error_code::migration_syntax, sql::heading(st.text) + what, hint, place_in(s, st, 0));
    e.excerpt = excerpt(s, e.where);
    throw error(std::move(e));
  };
  const statement *begun = nullptr;
  for (std::size_t i = 0; i < s.statements.size(); ++i) {
    const statement &st = s.statements[i];
    if (st.kind == statement_kind::begin || st.kind == statement_kind::begin_with_modes)
      begun = &st;
    else if (st.kind != statement_kind::savepoint && is_transaction_control(st.kind))
      begun = nullptr;
    else if (!begun && i >= from && lasts_as_long_as_its_transaction(st))
      refuse(st, " in a migration without a transaction: it would end with its statement",
             "put BEGIN; above it, and COMMIT; where it is to end");
  }
  if (begun && begun >= s.statements.data() + from) refuse(*begun, " has no COMMIT", "end what it begins with COMMIT");
}

} // namespace davit::migration
