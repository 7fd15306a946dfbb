// Migration files: directives, transaction mode, and the places that errors name.
#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "fuzz/target.hpp"
#include "migration/script.hpp"

using davit::error;
using davit::error_code;
using davit::place;
using davit::fuzz::require;
using davit::migration::script;
using davit::migration::statement;
using davit::sql::statement_kind;

namespace {

const std::string file = "migrations/1_fuzz.up.sql";

void check_places(const script &s, const statement &st) {
  require(st.text.data() >= s.bytes.data() && st.text.data() + st.text.size() <= s.bytes.data() + s.bytes.size(),
          "a statement is a slice of its file");
  const auto begin = davit::fuzz::place_of(s.bytes, static_cast<std::size_t>(st.text.data() - s.bytes.data()));
  require(st.line == begin.line && st.column == begin.column, "a statement knows where it begins");
  for (const std::uint32_t position : {0U, 1U, 2U, 17U, 4'000'000'000U}) {
    const place where = place_in(s, st, position);
    davit::fuzz::require_inside(where, file, s.bytes);
    require(davit::is_utf8_text(excerpt(s, where)), "an excerpt is text");
  }
}

void check_mode(const script &s) {
  require(s.no_transaction != s.no_transaction_reason.empty(), "a file without a transaction says why");
  require(!(s.no_transaction && s.wrapped), "a file in BEGIN and COMMIT has a transaction");
  for (const auto &st : s.statements) {
    require(st.kind != statement_kind::empty, "what is empty is not sent");
    if (s.no_transaction) continue;
    require(!is_transaction_control(st.kind) || st.kind == statement_kind::savepoint,
            "nothing in a transaction can end it");
    require(st.kind != statement_kind::outside_transaction, "nothing in a transaction needs to be outside of one");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const auto bytes = davit::fuzz::text_of(data, size);
  try {
    const script parsed = davit::migration::parse_script(file, bytes);
    const script s = davit::migration::parse_script(file, parsed.bytes); // the first one's views are its own
    require(s.bytes == bytes && s.checksum == davit::sha256_hex(bytes), "the checksum is that of all bytes");
    require(s.statements.size() == parsed.statements.size(), "a file is read the same way twice");
    for (const auto &st : parsed.statements) check_places(parsed, st);
    check_mode(parsed);
  } catch (const error &e) {
    require(e.code == error_code::migration_syntax, "a file is refused for its syntax");
    davit::fuzz::require_inside(e.where, file, bytes);
    require(e.where.line > 0 && !e.message.empty() && !e.hint.empty(), "a refusal says where, what, and what to do");
    require(davit::is_utf8_text(e.excerpt), "an excerpt is text");
  }
  return 0;
}
