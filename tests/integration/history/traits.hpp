// What migration files in the wild look like: one short migration for each habit that has broken a tool.
//
// Each is self-contained and leaves nothing behind once it has been reverted. `{n}` stands for the number of the round:
// a history goes through all of them several times, under new names.
#pragma once

#include <string>
#include <vector>

namespace davit::test {

struct trait {
  std::string name;
  std::string up;
  std::string down;
};

// How SQL is spelled: dollar quotes and the other strings, comments everywhere, COPY data, operators that look like
// something else, UTF-8, byte-order mark, CRLF, long lines, no end of line, nothing at all, the same bytes again.
std::vector<trait> text_traits();

// What is created: functions (BEGIN ATOMIC among them), triggers, rules, policies, partitions, enums, domains, views,
// deferred constraints, grants, extensions, and a table of the name that other tools keep their ledger in.
std::vector<trait> object_traits();

// How files run: own BEGIN and COMMIT, savepoints, CONCURRENTLY, new enum values put to use, blocks that commit, and
// statements that no transaction can hold.
std::vector<trait> transaction_traits();

// What files leave in a session, so that the next one would find it: search_path, role, settings, temporary tables,
// prepared statements, cursors, cached sequence values.
std::vector<trait> session_traits();

// Needs to be there before: roles belong to the server, not to a database.
inline constexpr const char *role_of_session_traits = "history_keeper";

} // namespace davit::test
