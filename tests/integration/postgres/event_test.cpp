// The ledger's rows of a migration that is done: written with the migration, or refused for a reason that is told.
#include "ledger/ledger.hpp"
#include "support/test_database.hpp"

#include <doctest/doctest.h>

using namespace davit;
using namespace davit::ledger;
using namespace davit::test;

namespace {

const std::string run = "00000000-0000-4000-8000-000000000001";
const objections nothing_against_it{"false", "false"};

struct fixture {
  test_database database;
  postgres::connection c = database.connect();
  davit::ledger::ledger book{c, "davit"};

  fixture() {
    c.exec("SET search_path = pg_catalog");
    book.ensure();
  }
  static migration_event applied(std::string name, std::string before = {}) {
    migration_event e{migration::version("0007"),
                      std::move(name),
                      true,
                      std::move(before),
                      "applied",
                      "applied",
                      {},
                      42,
                      0,
                      {},
                      false,
                      {},
                      false};
    e.files.up = "c0ffee";
    return e;
  }
  refusal write(const migration_event &e, const objections &all = nothing_against_it) {
    try {
      c.exec(book.event_sql(run, e, all));
    } catch (const postgres::server_error &refused) {
      return davit::ledger::ledger::why_refused(refused);
    }
    return refusal::none;
  }
  std::string rows() const {
    return database.sql("SELECT (SELECT string_agg(concat_ws(' ', version, name, state, up_checksum, duration_us), ',')"
                        " FROM davit.migration), (SELECT string_agg(concat_ws(' ', version, name, direction, outcome), "
                        "',' ORDER BY ordinal) FROM davit.run_migration)");
  }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "a new migration gets its state and its line in the run, whatever its name is") {
  CHECK(write(applied("it's \\ a \xc3\xa4 name")) == refusal::none);
  CHECK(rows() == "0007 it's \\ a \xc3\xa4 name applied c0ffee 42|0007 it's \\ a \xc3\xa4 name up applied");
}

TEST_CASE_FIXTURE(fixture, "a migration that has a row is changed from the state that it had when it was planned") {
  write(applied("one"));
  migration_event down = applied("one", "applied");
  down.up = false;
  down.state = down.outcome = "reverted";
  CHECK(write(down) == refusal::none);
  CHECK(rows() == "0007 one reverted c0ffee 42|0007 one up applied,0007 one down reverted");
  CHECK(write(down) == refusal::not_taken); // it is not applied any more
  CHECK(write(applied("one", "reverted")) == refusal::none);
}

TEST_CASE_FIXTURE(fixture, "a row that is there against all expectation is not overwritten, also under zeros") {
  write(applied("one"));
  CHECK(write(applied("again")) == refusal::not_taken);
  migration_event same_number = applied("again");
  same_number.id = migration::version("007");
  CHECK(write(same_number) == refusal::not_taken);
  CHECK(rows() == "0007 one applied c0ffee 42|0007 one up applied");
}

TEST_CASE_FIXTURE(fixture, "a row that a trigger keeps out of either table is refused as a whole") {
  c.exec("CREATE FUNCTION public.keep_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$");
  for (const std::string table : {"davit.run_migration", "davit.migration"}) {
    CAPTURE(table);
    c.exec("CREATE TRIGGER keep_out BEFORE INSERT ON " + table + " FOR EACH ROW EXECUTE FUNCTION public.keep_out()");
    CHECK(write(applied("one")) == refusal::not_taken);
    CHECK(rows() == "|");
    c.exec("DROP TRIGGER keep_out ON " + table);
  }
}

TEST_CASE_FIXTURE(fixture, "no search_path leads the row to another function or operator") {
  c.exec(
      "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$; "
      "CREATE FUNCTION public.ltrim(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$");
  write(applied("one"));
  c.exec("SET search_path = public, pg_catalog");
  CHECK(write(applied("one", "applied")) == refusal::none);
  CHECK(database.sql("SELECT applied_at > now() - interval '1 day' FROM davit.migration") == "t");
}

TEST_CASE_FIXTURE(fixture, "an objection keeps the rows out, and is told from the others") {
  CHECK(write(applied("one"), {"true", "false"}) == refusal::lock_is_lost);
  CHECK(write(applied("one"), {"false", "true"}) == refusal::transaction_is_another);
  CHECK(rows() == "|");
}

TEST_CASE_FIXTURE(fixture, "what somebody else's constraint refuses is no refusal of the ledger's") {
  c.exec(
      "CREATE TABLE public.other (version text NOT NULL); CREATE FUNCTION public.to_other() RETURNS trigger LANGUAGE "
      "plpgsql AS $$ BEGIN INSERT INTO public.other VALUES (NULL); RETURN NEW; END $$; CREATE TRIGGER to_other "
      "BEFORE INSERT ON davit.run_migration FOR EACH ROW EXECUTE FUNCTION public.to_other()");
  try {
    c.exec(book.event_sql(run, applied("one"), nothing_against_it));
    FAIL("it was written");
  } catch (const postgres::server_error &e) {
    CHECK(e.sqlstate == "23502");
    CHECK(e.table == "other");
    CHECK(davit::ledger::ledger::why_refused(e) == refusal::none);
  }
}

TEST_CASE_FIXTURE(fixture, "a run whose row is there already, its answer lost, is the same run") {
  run_record r;
  r.id = run;
  r.command = "up";
  r.plugins_json = "[]";
  book.start_run(r);
  book.start_run(r);
  CHECK(database.sql("SELECT count(*) FROM davit.run") == "1");
  CHECK(book.finish_run(run, {"failed", "", "{}"}).empty());
}
