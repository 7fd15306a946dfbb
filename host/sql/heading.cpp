#include "sql/heading.hpp"

#include "sql/token_reader.hpp"

namespace davit::sql {

std::string heading(std::string_view statement, std::size_t limit) {
  std::string out;
  std::size_t end = 0; // of the token before
  for (token_reader reader(statement); !reader.at_end(); reader.advance()) {
    const auto text = reader.text();
    const std::string_view gap = out.empty() || reader.offset() == end ? "" : " ";
    if (out.size() + gap.size() + text.size() > limit || text.find('\n') != std::string_view::npos) return out + " …";
    out.append(gap).append(text);
    end = reader.offset() + text.size();
  }
  return out;
}

} // namespace davit::sql
