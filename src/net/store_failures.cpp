#include "store_failures.hpp"

#include <array>

namespace earshot::net {

void StoreFailures::tell(const base::Error& error) {
    const std::lock_guard lock(mutex_);
    if (!hooks_) return;
    const base::MonotonicTime now = now_();
    if (told_ && now - *told_ < k_pause) {
        ++left_out_;
        return;
    }
    told_ = now;
    const std::string left_out = std::to_string(std::exchange(left_out_, 0));
    const std::array fields{LogField{"code", base::code_word(error.code)}, LogField{"error", error.message},
                            LogField{"details", error.details}, LogField{"leftOut", left_out}};
    hooks_->log(LogLevel::warning, what_, fields);
}

void StoreFailures::close() {
    const std::lock_guard lock(mutex_);
    hooks_ = nullptr;
}

}  // namespace earshot::net
