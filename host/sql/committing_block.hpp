// DO blocks that end transactions of their own, which they can only do outside of any other; those that may do so by
// what they call.
#pragma once

#include <string_view>

namespace davit::sql {

// Whether `statement` is DO with a body in which COMMIT or ROLLBACK stands as a statement. Told by the words alone: the
// block may never come to them.
bool is_committing_block(std::string_view statement);

// That, or DO with a body that has a CALL, or is in a language that davit does not read. It may do without a
// transaction of its own, and must where there is a choice: refused in one it would have to be sent a second time.
bool may_end_transactions(std::string_view statement);

} // namespace davit::sql
