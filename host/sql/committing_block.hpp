// DO blocks that end transactions of their own, which they can only do outside of any other.
#pragma once

#include <string_view>

namespace davit::sql {

// Whether `statement` is DO with a body in which COMMIT or ROLLBACK stands as a statement. Told by the words alone: the
// block may never come to them.
bool is_committing_block(std::string_view statement);

} // namespace davit::sql
