// Questions of davit's own about locks, asked while something waits for one. They take locks themselves, on what names
// are looked up in, and those may be held by the very session that they are about.
#pragma once

#include "postgres/connection.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace davit::lifecycle {

// The answer to one statement without parameters, with the names of pg_catalog alone to be had unqualified; nothing, if
// it did not come within half a second: to know more about a wait is no reason to end it, nor to prolong it.
std::optional<postgres::result> ask_briefly(postgres::connection &c, std::string_view sql);

// "RowExclusiveLock on public.t", as far as pg_locks tells, for a subquery about what the backend `pid` waits for.
std::string awaited_lock_sql(const std::string &pid);

} // namespace davit::lifecycle
