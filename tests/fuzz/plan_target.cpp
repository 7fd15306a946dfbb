// What the ledger says, held against the folder, as lines:
//
//   f VERSION FILES                      a migration of the folder
//   l VERSION FILES STATE DIRECTION N    one of the ledger: a(pplied), r(everted), p(artial), (re)s(umable); u or d
//   u TO STEPS [o]                       davit up, "-" without the option; o: --out-of-order
//   d TO STEPS                           davit down
//
// FILES are up, down and verify: "-" for none, or 0 to 2 for what is in the file.
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "migration/plan.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

using davit::error;
using davit::error_code;
using davit::fuzz::require;
using davit::migration::folder;
using davit::migration::recorded;
using davit::migration::step;
using davit::migration::version;

namespace {

const davit::fuzz::memory_file &content(char c) {
  static const davit::fuzz::memory_file files[] = {davit::fuzz::memory_file("SELECT 0;"),
                                                   davit::fuzz::memory_file("SELECT 1;"),
                                                   davit::fuzz::memory_file("SELECT 2;")};
  return files[static_cast<std::size_t>(c - '0') % 3];
}

std::filesystem::path file_of(char c) { return c >= '0' && c <= '2' ? content(c).path() : std::filesystem::path(); }
std::string checksum_of(char c) {
  const auto file = file_of(c);
  return file.empty() ? std::string() : davit::sha256_hex(davit::read_file(file));
}

struct scene {
  folder files;
  std::vector<recorded> ledger;
};

template <class List> void insert_once(List &list, typename List::value_type one) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), one, [](const auto &a, const auto &b) { return a.id < b.id; });
  if (at == list.end() || at->id != one.id) list.insert(at, std::move(one));
}

recorded record(const version &id, const std::string &state, bool up, const davit::migration::checksums &files,
                std::uint32_t statements_done) {
  return {id, "m",   state, files.up, files.down, files.verify, "", "", "",    0, statements_done,
          up, false, "",    0,        "",         false,        "", {}, false, ""};
}

std::optional<version> optional_version(const std::string &word) {
  return word.empty() || word == "-" ? std::nullopt : std::optional<version>(version(word));
}

void take_file(scene &s, std::istringstream &line) {
  std::string id, files;
  line >> id >> files;
  files.resize(3, '-');
  const char up = files[0] == '-' ? '0' : files[0]; // every migration has an up file
  insert_once(s.files.migrations, {version(id), "m", content(up).path(), file_of(files[1]), file_of(files[2])});
}

void take_record(scene &s, std::istringstream &line) {
  std::string id, files, state, direction;
  std::uint32_t done = 0;
  line >> id >> files >> state >> direction >> done;
  files.resize(3, '-');
  const std::string states[] = {"applied", "reverted", "partial", "resumable"};
  const auto at = std::string_view("arps").find(state.empty() ? 'a' : state[0]);
  insert_once(s.ledger, record(version(id), states[at == std::string_view::npos ? 0 : at], direction != "d",
                               {checksum_of(files[0]), checksum_of(files[1]), checksum_of(files[2])}, done));
}

const recorded *find(const scene &s, const version &id) {
  const auto at = std::find_if(s.ledger.begin(), s.ledger.end(), [&](const recorded &r) { return r.id == id; });
  return at == s.ledger.end() ? nullptr : &*at;
}

// The ledger after `steps` succeeded.
scene after(scene s, const std::vector<step> &steps) {
  for (const auto &one : steps) {
    std::erase_if(s.ledger, [&](const recorded &r) { return r.id == one.files.id; });
    const auto now = checksums_of(one.files);
    insert_once(s.ledger, record(one.files.id, one.up ? "applied" : "reverted", one.up, checksums_of(one.files), 0));
  }
  return s;
}

void check_settled(const scene &s) {
  for (const auto &r : s.ledger) require(r.state != "partial", "nothing is planned past a half-applied migration");
}

void check_skip(const recorded *r, const step &one) {
  const bool resumes = r && r->state == "resumable";
  require(one.skip_statements == (resumes ? r->statements_done : 0), "just what was begun is gone on with");
  require(!resumes || r->up == one.up, "what was begun goes on in its direction");
}

void check_up(const scene &s, const davit::migration::up_options &options) {
  const auto steps = plan_up(s.files, s.ledger, options);
  check_settled(s);
  require(!options.steps || *options.steps == 0 || steps.size() <= *options.steps, "no more steps than asked for");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto *r = find(s, steps[i].files.id);
    require(steps[i].up && (i == 0 || steps[i - 1].files.id < steps[i].files.id), "up is in ascending order");
    require(!options.to || steps[i].files.id <= *options.to, "up stops where it was told to");
    require(!r || r->state != "applied", "nothing is applied twice");
    check_skip(r, steps[i]);
  }
  if (!options.steps) {
    const auto done = after(s, steps);
    require(plan_up(done.files, done.ledger, options).empty(), "after up there is nothing to do");
  }
}

void check_down(const scene &s, const davit::migration::down_options &options) {
  const auto steps = plan_down(s.files, s.ledger, options);
  check_settled(s);
  require(options.to || steps.size() <= options.steps, "no more steps than asked for");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto *r = find(s, steps[i].files.id);
    require(!steps[i].up && (i == 0 || steps[i].files.id < steps[i - 1].files.id), "down is in descending order");
    require(!options.to || *options.to < steps[i].files.id, "down keeps what it was told to");
    require(r && (r->state == "applied" || r->state == "resumable"), "only what is applied is reverted");
    require(!steps[i].files.down.empty(), "what is reverted has a down file");
    check_skip(r, steps[i]);
  }
  if (options.to) {
    const auto done = after(s, steps);
    require(plan_down(done.files, done.ledger, options).empty(), "after down there is nothing to do");
  }
}

void take(scene &s, const std::string &text) {
  std::istringstream line(text);
  std::string what, to, steps, order;
  line >> what;
  if (what == "f") return take_file(s, line);
  if (what == "l") return take_record(s, line);
  if (what != "u" && what != "d") return;
  line >> to >> steps >> order;
  std::optional<std::uint32_t> count;
  if (!steps.empty() && steps != "-") count = static_cast<std::uint32_t>(steps[0]) % 10;
  if (what == "u")
    check_up(s, {optional_version(to), count, order == "o"});
  else
    check_down(s, {optional_version(to), count.value_or(1)});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::istringstream text(davit::fuzz::text_of(data, size));
  scene s;
  for (std::string line; std::getline(text, line);) {
    try {
      take(s, line);
    } catch (const error &e) {
      using enum error_code;
      const auto codes = {checksum_changed, out_of_order, partly_applied, irreversible, migration_version};
      require(std::find(codes.begin(), codes.end(), e.code) != codes.end(), "a plan is refused for one of its reasons");
      require(!e.message.empty() && !e.hint.empty(), "a refusal says what is wrong, and what to do");
    }
  }
  return 0;
}
