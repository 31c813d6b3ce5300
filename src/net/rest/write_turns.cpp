#include "rest/write_turns.hpp"

#include <utility>

namespace earshot::net {

class WriteTurns::Turn {
public:
    Turn(std::shared_ptr<State> state, std::string account) : state_(std::move(state)), account_(std::move(account)) {}
    ~Turn() { end(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    void end() {
        const std::lock_guard lock(state_->mutex);
        if (!is_over_) state_->accounts.erase(account_);
        is_over_ = true;
    }

private:
    const std::shared_ptr<State> state_;
    const std::string account_;
    bool is_over_ = false;
};

std::optional<HttpDone> WriteTurns::begin(std::string account, HttpDone done) {
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->accounts.insert(account).second) return std::nullopt;
    }
    return [turn = std::make_shared<Turn>(state_, std::move(account)), done = std::move(done)](HttpAnswer answer) {
        turn->end();  // before the client knows: its next request may follow at once
        done(std::move(answer));
    };
}

}  // namespace earshot::net
