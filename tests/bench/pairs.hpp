// Floor and davit measured in turns, so that what else the machine does meets both alike.
#pragma once

#include "bench/benchmark.hpp"

#include <utility>
#include <vector>

namespace davit::bench {

template <typename T> using pairs = std::vector<std::pair<T, T>>; // floor, davit

// A B, B A, A B, …, after one of each that does not count.
template <typename Floor, typename Davit> auto interleave(std::size_t count, Floor &&floor, Davit &&davit) {
  floor();
  davit();
  pairs<decltype(floor())> out;
  for (std::size_t i = 0; i < count; ++i) {
    auto &[f, d] = out.emplace_back();
    if (i % 2 == 0) f = floor();
    d = davit();
    if (i % 2 == 1) f = floor();
  }
  return out;
}

// Takes one number of each side.
template <typename T, typename Member> pairs<double> column(const pairs<T> &all, Member T::*what) {
  pairs<double> out;
  for (const auto &[f, d] : all) out.emplace_back(f.*what, d.*what);
  return out;
}

// Fills in what comes from the measured pairs: medians, ratio, quartiles.
result summarise(result r, const pairs<double> &measured);

} // namespace davit::bench
