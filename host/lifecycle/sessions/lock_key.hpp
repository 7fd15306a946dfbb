// The numbers of davit's advisory locks in a database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace davit::lifecycle {

inline constexpr std::string_view run_lock = "run";   // of the session that keeps other runs out
inline constexpr std::string_view work_lock = "work"; // of the session that carries migrations

// The ledger's schema makes ours ours.
std::int64_t lock_key(std::string_view purpose, const std::string &schema);

} // namespace davit::lifecycle
