#include "base/sha256.hpp"

#include <doctest/doctest.h>

TEST_CASE("SHA-256 of parts is that of the whole, and can be asked for on the way") {
  davit::sha256 sum;
  CHECK(sum.hex() == davit::sha256_hex(""));
  sum.add("abc");
  CHECK(sum.hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  sum.add("def");
  CHECK(sum.hex() == davit::sha256_hex("abcdef"));
}

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(davit::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(davit::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(davit::sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
