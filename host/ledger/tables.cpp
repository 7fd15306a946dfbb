#include "ledger/tables.hpp"

#include "base/error.hpp"

#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

// {0} is the schema. Everything is qualified, so that no search_path matters.
constexpr const char *version_1 = R"sql(
CREATE TABLE {0}.ledger (version integer NOT NULL);
ALTER TABLE {0}.ledger REPLICA IDENTITY FULL;
COMMENT ON TABLE {0}.ledger IS 'Version of these tables; one row';
INSERT INTO {0}.ledger VALUES (1);

CREATE TABLE {0}.run (
  id            uuid PRIMARY KEY,
  command       text NOT NULL,
  environment   text NOT NULL,
  started       timestamptz NOT NULL,
  finished      timestamptz,
  outcome       text,
  message       text,
  host          text NOT NULL,
  os_user       text NOT NULL,
  db_user       text NOT NULL DEFAULT session_user,
  davit_version text NOT NULL,
  hint          text NOT NULL,
  hint_owner    text NOT NULL,
  hint_token    text NOT NULL,
  plugins       jsonb NOT NULL,
  stats         jsonb
);
COMMENT ON TABLE {0}.run IS 'One invocation of davit that changed something, or failed; outcome is NULL while it runs, and stays so if it was killed';

CREATE TABLE {0}.migration (
  version         text PRIMARY KEY,
  name            text NOT NULL,
  kind            text NOT NULL DEFAULT 'sql',
  state           text NOT NULL CHECK (state IN ('applied', 'reverted', 'partial', 'resumable')),
  direction       text NOT NULL CHECK (direction IN ('up', 'down')),
  up_checksum     text,
  down_checksum   text,
  verify_checksum text,
  applied_at      timestamptz NOT NULL,
  applied_by      text NOT NULL,
  duration_us     bigint NOT NULL,
  run             uuid NOT NULL,
  statements_done integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX migration_number ON {0}.migration (ltrim(version, '0'));
COMMENT ON TABLE {0}.migration IS 'State of each migration; a reverted one keeps its row';
COMMENT ON COLUMN {0}.migration.direction IS 'Of the file that was run last';
COMMENT ON COLUMN {0}.migration.statements_done IS 'How far a migration without a transaction got';

CREATE TABLE {0}.run_migration (
  run         uuid NOT NULL,
  ordinal     bigint GENERATED ALWAYS AS IDENTITY,
  version     text NOT NULL,
  name        text NOT NULL,
  direction   text NOT NULL CHECK (direction IN ('up', 'down')),
  outcome     text NOT NULL,
  finished    timestamptz NOT NULL DEFAULT clock_timestamp(),
  duration_us bigint NOT NULL,
  message     text,
  owes_hooks  boolean NOT NULL DEFAULT false,
  PRIMARY KEY (run, ordinal)
);
COMMENT ON TABLE {0}.run_migration IS 'What each run did to which migration';
COMMENT ON COLUMN {0}.run_migration.owes_hooks IS 'Committed, but the handlers after COMMIT are not known to have run';

CREATE TABLE {0}.hook_call (
  run           uuid NOT NULL,
  ordinal       bigint GENERATED ALWAYS AS IDENTITY,
  migration     text,
  phase         text NOT NULL,
  plugin        text NOT NULL,
  handler       text NOT NULL,
  outcome       text NOT NULL,
  rows_affected bigint NOT NULL,
  started       timestamptz NOT NULL,
  duration_us   bigint NOT NULL,
  message       text,
  PRIMARY KEY (run, ordinal)
);
COMMENT ON TABLE {0}.hook_call IS 'Every call of every handler';
)sql";

constexpr const char *version_2 = R"sql(
ALTER TABLE {0}.migration ADD COLUMN done_checksum text;
COMMENT ON COLUMN {0}.migration.done_checksum IS 'Of the statements that were done: whoever resumes is held against it';
COMMENT ON COLUMN {0}.migration.kind IS 'sql, or baseline: recorded as applied without being run';
UPDATE {0}.ledger SET version = 2;
)sql";

constexpr const char *version_3 = R"sql(
ALTER TABLE {0}.migration ADD COLUMN statements_begun integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN {0}.migration.statements_begun IS 'Where above statements_done: whether the one behind those was completed is not known';

CREATE TABLE {0}.progress (
  version          text PRIMARY KEY,
  name             text NOT NULL,
  direction        text NOT NULL,
  run              uuid NOT NULL,
  up_checksum      text,
  down_checksum    text,
  verify_checksum  text,
  began            timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by       text NOT NULL DEFAULT session_user,
  statements_done  integer NOT NULL,
  statements_begun integer NOT NULL,
  xid              xid8,
  done_checksum    text,
  begun_checksum   text
);
COMMENT ON TABLE {0}.progress IS 'How far migrations without a transaction have got; a row stays only where davit was killed';
COMMENT ON COLUMN {0}.progress.xid IS 'The transaction that the statements from statements_done to statements_begun commit with';
UPDATE {0}.ledger SET version = 3;
)sql";

constexpr const char *version_4 = R"sql(
ALTER TABLE {0}.migration ADD COLUMN begun_checksum text;
COMMENT ON COLUMN {0}.migration.begun_checksum IS 'The same of the statements that were begun';
UPDATE {0}.ledger SET version = 4;
)sql";

constexpr const char *version_5 = R"sql(
ALTER TABLE {0}.migration ADD COLUMN session_settings text, ADD COLUMN session_after integer;
COMMENT ON COLUMN {0}.migration.session_settings IS 'JSON: what the session of one that stopped half-way was set to';
COMMENT ON COLUMN {0}.migration.session_after IS 'Behind how many statements it was so';
UPDATE {0}.ledger SET version = 5;
)sql";

constexpr const char *version_6 = R"sql(
ALTER TABLE {0}.progress ADD COLUMN place text, ADD COLUMN written_in xid8;
COMMENT ON COLUMN {0}.progress.place IS 'The server and the database that xid is of: a copy of them knows nothing of it';
COMMENT ON COLUMN {0}.progress.written_in IS 'The transaction that wrote the row, which a copy of the row is not of: that may be older than what the server knows of xid';
UPDATE {0}.ledger SET version = 6;
)sql";

constexpr const char *version_7 = R"sql(
ALTER TABLE {0}.migration ADD COLUMN begun_failed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {0}.migration.begun_failed IS 'What was begun has failed: it may be done in part, but is not completed';
ALTER TABLE {0}.progress ADD COLUMN begun_failed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {0}.progress.begun_failed IS 'The same';
UPDATE {0}.ledger SET version = 7;
)sql";

constexpr const char *version_8 = R"sql(
ALTER TABLE {0}.progress ADD COLUMN session_pid integer, ADD COLUMN session_begun timestamptz;
COMMENT ON COLUMN {0}.progress.session_pid IS 'The session that runs the statements: as long as it is there, it may be at work';
COMMENT ON COLUMN {0}.progress.session_begun IS 'Its backend_start, for another session may get that pid';
UPDATE {0}.ledger SET version = 8;
)sql";

constexpr const char *version_9 = R"sql(
ALTER TABLE {0}.progress ADD COLUMN session_settings text, ADD COLUMN session_after integer;
COMMENT ON COLUMN {0}.progress.session_settings IS 'As in migration, until the stop is recorded there';
COMMENT ON COLUMN {0}.progress.session_after IS 'The same';
UPDATE {0}.ledger SET version = 9;
)sql";

constexpr const char *version_10 = R"sql(
ALTER TABLE {0}.progress ADD COLUMN handlers text;
COMMENT ON COLUMN {0}.progress.handlers IS 'Those that may write and were called in it, or were about to be: what they did is committed';
ALTER TABLE {0}.run_migration ADD COLUMN handlers text;
COMMENT ON COLUMN {0}.run_migration.handlers IS 'The same, of one without a transaction that was not completed';
UPDATE {0}.ledger SET version = 10;
)sql";

constexpr const char *version_11 = R"sql(
ALTER TABLE {0}.progress ADD COLUMN begun_as text;
COMMENT ON COLUMN {0}.progress.begun_as IS 'The role that its session began as: not that of applied_by where ALTER ROLE or PGOPTIONS set another';
ALTER TABLE {0}.migration ADD COLUMN begun_as text;
COMMENT ON COLUMN {0}.migration.begun_as IS 'The same, of one that stopped half-way';
UPDATE {0}.ledger SET version = 11;
)sql";

// Each leads from the version before it.
constexpr std::array versions{version_1, version_2, version_3, version_4,  version_5, version_6,
                              version_7, version_8, version_9, version_10, version_11};
static_assert(versions.size() == newest_version);

} // namespace

std::string upgrade_sql(int version, const std::string &schema) {
  const auto from = static_cast<std::size_t>(version);
  if (version < 0 || from >= versions.size())
    throw error(error_code::bug, "there is no way from ledger version " + std::to_string(version) + " to the next");
  return fmt::format(fmt::runtime(versions[from]), schema);
}

} // namespace davit::ledger
