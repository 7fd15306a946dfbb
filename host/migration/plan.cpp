#include "migration/plan.hpp"

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/share_out.hpp"

#include <algorithm>
#include <system_error>

namespace davit::migration {
namespace {

std::string checksum_of(const std::filesystem::path &file) {
  if (file.empty()) return {};
  try {
    return sha256_hex(read_file(file));
  } catch (const std::system_error &e) {
    throw error(error_code::migration_file, "cannot read migration file: " + e.code().message(),
                hint_about_files(e.code(), "make it readable for the user that runs davit"), {file.string(), 0, 0});
  }
}

const recorded *find(const std::vector<recorded> &ledger, const version &id) {
  const auto at =
      std::lower_bound(ledger.begin(), ledger.end(), id, [](const recorded &r, const version &v) { return r.id < v; });
  return at != ledger.end() && at->id == id ? &*at : nullptr;
}

const migration_files *find(const folder &files, const version &id) {
  const auto at = std::lower_bound(files.migrations.begin(), files.migrations.end(), id,
                                   [](const migration_files &m, const version &v) { return m.id < v; });
  return at != files.migrations.end() && at->id == id ? &*at : nullptr;
}

bool present(const recorded *r) { return r && r->state != "reverted"; }

const recorded *newest_present(const std::vector<recorded> &ledger) {
  const auto at = std::find_if(ledger.rbegin(), ledger.rend(), [](const recorded &r) { return present(&r); });
  return at == ledger.rend() ? nullptr : &*at;
}

std::string how_misplaced(const migration_files &m, const recorded &newest) {
  return m.title() + " is pending, but " + newest.title() +
         (newest.state == "applied" ? " is applied already" : " has begun already, and is to go on");
}

step going_on(const migration_files &m, bool up, const recorded &r) {
  return {m,         up,        r.statements_done, r.statements_begun, r.begun_checksum,
          r.state,   r.session, r.applied_by,      r.begun_failed,     r.run,
          r.begun_as};
}

// A migration that stopped half-way and was not settled yet, or can only go on in the other direction.
void refuse_unsettled(const std::vector<recorded> &ledger, bool up) {
  for (const auto &r : ledger) {
    if (r.state == "running")
      throw error(error_code::locked, r.title() + " is under way, " + r.progress() + ": " + r.at_work,
                  "wait until that has ended; davit status shows how far it is");
    if (r.state == "partial")
      throw error(error_code::partly_applied, r.title() + " stopped half-way: " + r.how_far(),
                  "look at the database, then say how to go on: davit repair " + r.id.text() +
                      " --resume | --applied | --reverted");
    if (r.state == "resumable" && r.up != up)
      throw error(error_code::partly_applied,
                  r.title() + " is half-way " + r.file() + " and is to go on: it " + r.stop() + " of its " + r.file() +
                      " file",
                  "davit " + r.file() + " goes on with it; davit repair " + r.id.text() + " changes your mind");
  }
}

void require_known(const folder &files, const std::vector<recorded> &ledger, const version &v, const char *option) {
  if (!find(files, v) && !find(ledger, v) && v.canonical() != "0")
    throw error(error_code::migration_version, std::string(option) + " " + v.text() + ": there is no such migration",
                "davit status lists the versions there are");
}

} // namespace

std::string recorded::title() const { return name.empty() ? id.text() : id.text() + "_" + name; }

std::string recorded::file() const { return up ? "up" : "down"; }

// Several are a transaction of the file's own.
std::string recorded::unsure() const {
  const std::string first = std::to_string(statements_done + 1);
  return statements_begun <= statements_done + 1 ? "statement " + first
                                                 : "statements " + first + " to " + std::to_string(statements_begun);
}

std::string recorded::stop() const {
  if (next_unsure())
    return "stopped in " + unsure() +
           (begun_failed ? ", which failed, but may be done in part" : ", which may be done, or a part of it");
  return statements_done == 0 ? "stopped in the first statement"
                              : "stopped after statement " + std::to_string(statements_done);
}

std::string recorded::how_far(std::size_t all) const {
  const std::string of = " of its " + file() + " file";
  if (statements_done == 0 && !next_unsure()) return "no statement" + of + " is completed";
  if (statements_done == 0)
    return begun_failed ? unsure() + of + " failed, but may be done in part"
                        : "how much of " + unsure() + of + " was done is not known";
  const std::string of_all = all > 1 ? " of " + std::to_string(all) + " statements" : "";
  const std::string first = statements_done == 1
                                ? "the first" + (of_all.empty() ? std::string(" statement") : of_all) + of + " is"
                                : "the first " + std::to_string(statements_done) +
                                      (of_all.empty() ? std::string(" statements") : of_all) + of + " are";
  return first + " in the database" +
         (next_unsure() && begun_failed ? ", " + unsure() + ", which failed, may be in part"
          : next_unsure()               ? ", how much of " + unsure() + " is, too, is not known"
          : statements_done == all      ? ""
                                        : ", the rest is not");
}

std::string recorded::progress() const {
  return (statements_done == 0   ? std::string("no statement")
          : statements_done == 1 ? std::string("1 statement")
                                 : std::to_string(statements_done) + " statements") +
         " of its " + file() + " file done so far";
}

void go_on(script &s, const step &how) {
  if (!how.goes_on() || s.no_transaction) return;
  s.no_transaction = true;
  s.no_transaction_reason = "it goes on where it stopped half-way";
}

checksums checksums_of(const migration_files &files) { return checksums_of(files, {}); }

checksums checksums_of(const migration_files &files, std::initializer_list<const script *> read) {
  const auto of = [&read](const std::filesystem::path &file) {
    const auto at = std::find_if(read.begin(), read.end(), [&](const script *s) { return s && s->file == file; });
    return at == read.end() ? checksum_of(file) : (*at)->checksum;
  };
  return {of(files.up), of(files.down), of(files.verify)};
}

std::vector<difference> differences(const folder &files, const std::vector<recorded> &ledger) {
  struct found {
    const migration_files *files = nullptr;
    checksums now{};
  };
  std::vector<found> all(ledger.size());
  share_out(all.size(), [&](std::size_t i) {
    if (present(&ledger[i]) && (all[i].files = find(files, ledger[i].id))) all[i].now = checksums_of(*all[i].files);
  });
  std::vector<difference> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const recorded &r = ledger[i];
    const auto &[m, now] = all[i];
    if (!present(&r)) continue;
    if (!m) {
      out.push_back({r, r.title(), change::file_removed, true});
      continue;
    }
    const auto compare = [&](const std::string &then, const std::string &is, const std::filesystem::path &file,
                             const char *role) {
      if (then == is) return;
      const std::string named = file.empty() ? r.title() + "." + role + ".sql" : file.string();
      out.push_back({r, named,
                     then.empty() ? change::file_added
                     : is.empty() ? change::file_removed
                                  : change::file_changed});
    };
    compare(r.up_checksum, now.up, m->up, "up");
    compare(r.down_checksum, now.down, m->down, "down");
    compare(r.verify_checksum, now.verify, m->verify, "verify");
  }
  return out;
}

std::string difference::text() const {
  return file + (what == change::file_changed   ? " was changed"
                 : what == change::file_removed ? " is gone"
                                                : " was added");
}

std::string difference::advice() const {
  return all_gone
             ? "bring the files back; davit repair --accept-files takes changed ones, but no migration that has none"
             : "bring the files back as they were, or, if the change is meant, accept it with davit repair "
               "--accept-files";
}

void refuse_differences(const folder &files, const std::vector<recorded> &ledger) {
  std::string list, advice;
  std::size_t count = 0;
  for (const auto &d : differences(files, ledger)) {
    if (d.what == change::file_added) continue;
    if (advice.empty() || d.all_gone) advice = d.advice();
    if (++count <= 5) list += (list.empty() ? "" : "; ") + d.text();
  }
  if (count == 0) return;
  if (count > 5) list += "; and " + std::to_string(count - 5) + " more (davit verify lists all)";
  throw error(error_code::checksum_changed, "files of applied migrations are not what was applied: " + list, advice);
}

std::vector<misplaced> out_of_order(const folder &files, const std::vector<recorded> &ledger) {
  std::vector<misplaced> out;
  const recorded *newest = newest_present(ledger);
  if (!newest) return out;
  for (const auto &m : files.migrations) {
    if (!(m.id < newest->id)) break;
    if (!present(find(ledger, m.id))) out.push_back({&m, how_misplaced(m, *newest)});
  }
  return out;
}

std::vector<step> plan_up(const folder &files, const std::vector<recorded> &ledger, const up_options &options) {
  refuse_unsettled(ledger, true);
  refuse_differences(files, ledger);
  if (options.to) require_known(files, ledger, *options.to, "--to");
  const recorded *newest = newest_present(ledger);
  std::vector<step> steps;
  for (const auto &m : files.migrations) {
    if (options.to && *options.to < m.id) break;
    const recorded *r = find(ledger, m.id);
    if (r && r->state == "applied") continue;
    const bool resumes = r && r->state == "resumable";
    if (newest && m.id < newest->id && !options.out_of_order && !resumes)
      throw error(error_code::out_of_order, how_misplaced(m, *newest),
                  "give it a version above the newest, or apply it all the same with --out-of-order",
                  {m.up.string(), 0, 0});
    steps.push_back(resumes ? going_on(m, true, *r) : step{m, true, 0, 0, {}, r ? r->state : std::string(), {}});
    if (options.steps && steps.size() == *options.steps) break;
  }
  return steps;
}

std::vector<step> plan_down(const folder &files, const std::vector<recorded> &ledger, const down_options &options) {
  refuse_unsettled(ledger, false);
  refuse_differences(files, ledger);
  if (options.to) require_known(files, ledger, *options.to, "--to");
  std::vector<step> steps;
  for (auto r = ledger.rbegin(); r != ledger.rend(); ++r) {
    if (r->state != "applied" && r->state != "resumable") continue;
    if (options.to ? !(*options.to < r->id) : steps.size() == options.steps) break;
    const migration_files &m = *find(files, r->id); // refuse_differences has seen it
    if (m.down.empty())
      throw error(error_code::irreversible, m.title() + " has no down file: it cannot be reverted",
                  "write " + m.title() + ".down.sql, or restore a backup", {m.up.string(), 0, 0});
    steps.push_back(r->state == "resumable" ? going_on(m, false, *r) : step{m, false, 0, 0, {}, r->state, {}});
  }
  return steps;
}

} // namespace davit::migration
