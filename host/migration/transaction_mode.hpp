// How a file's statements and davit's transaction go together.
#pragma once

#include "migration/script.hpp"
#include "sql/split.hpp"

#include <optional>

namespace davit::migration {

// Sets no_transaction, its reason and wrapped, and takes the BEGIN and COMMIT of a wrapped file out of `statements`.
// Returns what stands in the way, if anything does.
std::optional<sql::problem> settle_transaction_mode(script &s, bool no_transaction_directive);

// Of a file without a transaction, before its statements from number `from` (0 is the first) on are run: throws
// error_code::migration_syntax for what the server refuses outside of a block, and for a BEGIN without COMMIT.
void require_blocks_where_needed(const script &s, std::size_t from);

} // namespace davit::migration
