// The statements that PostgreSQL 13 to 18 refuses inside a transaction block whatever they are applied to.
#pragma once

#include <string_view>

namespace davit::sql {

// What to call `statement` if it is one of them ("CREATE INDEX CONCURRENTLY"); empty otherwise. Left out are those
// that depend on what the database holds: DROP SUBSCRIPTION, REINDEX and CLUSTER of a partitioned table, and CALL of a
// procedure that commits.
std::string_view outside_transaction_name(std::string_view statement);

} // namespace davit::sql
