// RAII over PGresult: one statement's rows in text format.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct pg_result;

namespace davit::postgres {

class result {
public:
  explicit result(pg_result *r) noexcept : r_(r) {}
  pg_result *get() const noexcept { return r_.get(); }

  int rows() const noexcept;
  int columns() const noexcept;
  bool is_null(int row, int column) const noexcept;
  std::string_view text(int row, int column) const noexcept; // empty for NULL; NUL-terminated
  std::string_view column_name(int column) const noexcept;
  std::uint32_t column_type(int column) const noexcept; // OID
  std::uint64_t rows_affected() const noexcept;
  std::string_view command() const noexcept; // the command tag

private:
  struct clear {
    void operator()(pg_result *r) const noexcept;
  };
  std::unique_ptr<pg_result, clear> r_;
};

} // namespace davit::postgres
