#pragma once

#include "earshot/base/error.hpp"
#include "earshot/store/done.hpp"

#include <future>
#include <memory>
#include <utility>

namespace earshot::jobs {

/// What an operation of a store ends with. Waits for it, which stores bound; not for their own threads.
template <typename T, typename Begin>
base::Result<T> await(const Begin& begin) {
    const auto answer = std::make_shared<std::promise<base::Result<T>>>();
    auto future = answer->get_future();
    begin(store::Done<T>([answer](base::Result<T> result) { answer->set_value(std::move(result)); }));
    return future.get();
}

}  // namespace earshot::jobs
