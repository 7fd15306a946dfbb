#include "ledger/storable.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include <fmt/format.h>

namespace davit::ledger {
namespace {

bool is_ascii(char c) { return c != '\0' && static_cast<unsigned char>(c) < 0x80; }

// A refusal would end the transaction that the session may be in.
class probe {
public:
  explicit probe(postgres::connection &c)
      : c_(c), inside_(c.transaction_status() == postgres::transaction_status::in_transaction) {}

  bool fits(std::string_view text) const {
    if (inside_) c_.exec("SAVEPOINT davit_text");
    bool good = true;
    try {
      c_.query("SELECT pg_catalog.length($1::pg_catalog.text)", std::array{postgres::parameter(text)});
    } catch (const postgres::server_error &e) {
      if (e.sqlstate != postgres::sqlstate::untranslatable_character) throw;
      good = false;
    }
    if (inside_) c_.exec("ROLLBACK TO SAVEPOINT davit_text; RELEASE SAVEPOINT davit_text");
    return good;
  }

private:
  postgres::connection &c_;
  const bool inside_;
};

// `s` begins with one, of more than one byte, and is valid.
std::string_view first_character(std::string_view s) {
  const auto next =
      std::find_if(s.begin() + 1, s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
  return s.substr(0, static_cast<std::size_t>(next - s.begin()));
}

std::string spelt_out(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  std::uint32_t code = byte(0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = (code << 6U) | (byte(i) & 0x3fU);
  return fmt::format("<U+{:04X}>", code);
}

} // namespace

std::string storable(postgres::connection &session, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_ascii)) return std::string(text);
  const std::string whole = to_utf8_text(text);
  if (session.stores_utf8()) return whole;
  const probe database(session);
  if (database.fits(whole)) return whole;
  std::map<std::string_view, std::string> known;
  std::string out;
  for (std::string_view rest = whole; !rest.empty();) {
    if (is_ascii(rest.front())) {
      out += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const auto character = first_character(rest);
    const auto [at, is_new] = known.try_emplace(character);
    if (is_new) at->second = database.fits(character) ? std::string(character) : spelt_out(character);
    out += at->second;
    rest.remove_prefix(character.size());
  }
  return out;
}

} // namespace davit::ledger
