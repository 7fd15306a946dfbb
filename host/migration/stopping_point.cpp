#include "migration/stopping_point.hpp"

#include "base/error.hpp"
#include "sql/token_reader.hpp"

#include <algorithm>

namespace davit::migration {
namespace {

stopping_point::statement_at statement_at(const script &s, std::size_t index) {
  const auto &st = s.statements[index];
  return {place_in(s, st, 0), std::string(st.text.substr(sql::token_reader(st.text).offset()))};
}

script unwrapped(const script &s) { return parse_script(s.file, "-- davit: no-transaction\n" + s.bytes); }

void compare(stopping_point &at, const script &s) {
  const auto &r = at.migration;
  const auto &then = r.up ? r.up_checksum : r.down_checksum;
  at.file_changed = s.checksum != then;
  if (!at.file_changed || r.statements_done == 0)
    at.beginning = stopping_point::prefix::same;
  else if (!r.done_checksum.empty())
    at.beginning = checksum_of_first(s, r.statements_done) == r.done_checksum ? stopping_point::prefix::same
                                                                              : stopping_point::prefix::changed;
  if (at.beginning == stopping_point::prefix::changed && s.wrapped)
    at.wrapped_since = checksum_of_first(unwrapped(s), r.statements_done) == r.done_checksum;
}

} // namespace

bool is_stopped(const recorded &r) { return r.state == "partial" || r.state == "resumable"; }

stopping_point find_stopping_point(const folder &files, const recorded &r) {
  stopping_point out{.migration = r, .file = {}, .unreadable = {}, .last_done = {}, .next = {}};
  const auto m = std::find_if(files.migrations.begin(), files.migrations.end(),
                              [&](const migration_files &one) { return one.id == r.id; });
  if (m != files.migrations.end()) out.file = r.up ? m->up : m->down;
  if (out.file.empty()) return out;
  try {
    const script s = read_script(out.file);
    out.statements = s.statements.size();
    compare(out, s);
    if (r.statements_done > 0 && r.statements_done <= out.statements)
      out.last_done = statement_at(s, r.statements_done - 1);
    if (r.statements_done < out.statements) out.next = statement_at(s, r.statements_done);
  } catch (const error &e) {
    out.unreadable = (e.where.line ? to_string(e.where) + ": " : "") + e.message;
  }
  return out;
}

void require_same_beginning(const stopping_point &at) {
  const auto &r = at.migration;
  const std::string done = r.statements_done == 1
                               ? "the statement that is in the database"
                               : "the " + std::to_string(r.statements_done) + " statements that are in the database";
  const std::string way_out =
      "or settle it by hand, then say so with davit repair " + r.id.text() + " --applied or --reverted";
  if (at.file.empty())
    throw error(error_code::checksum_changed, r.title() + ": the file that stopped half-way is gone",
                "bring it back; " + way_out);
  if (!at.unreadable.empty())
    throw error(error_code::checksum_changed, r.title() + ": its file cannot be read any more: " + at.unreadable,
                "correct it; " + way_out, {at.file.string(), 0, 0});
  if (at.wrapped_since)
    throw error(error_code::checksum_changed,
                "the file would be one transaction now, whose BEGIN and COMMIT are not among its statements",
                "put '-- davit: no-transaction' above the first statement; " + way_out, {at.file.string(), 0, 0});
  if (at.beginning == stopping_point::prefix::changed)
    throw error(error_code::checksum_changed,
                done + (r.statements_done == 1 ? " does" : " do") + " not stand at the beginning of the file any more",
                "bring them back as they were: only what follows them may be changed; " + way_out,
                {at.file.string(), 0, 0});
  if (at.beginning == stopping_point::prefix::not_known)
    throw error(error_code::checksum_changed,
                "the file was changed since, and the ledger does not know what " + done + " looked like",
                "bring the file back as it was; " + way_out, {at.file.string(), 0, 0});
}

} // namespace davit::migration
