#include "net/peer.hpp"
#include "net/shard.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

// Many who listen to one conversation: what it costs that each comes and goes, and that all are told something. Without
// sockets; the two threads' loops are run in turn.
namespace earshot::bench {
namespace {

class CountingIds final : public base::IdSource {
public:
    std::string make_uuid() override { return "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + ++last_); }
    std::string make_digits() override { return std::to_string(1'000'000'000'000'000 + ++last_); }

private:
    std::uint64_t last_ = 0;
};

class SilentHooks final : public net::ServerHooks {
public:
    base::Result<net::Caller> authenticate(std::span<const std::string>, std::string_view) override {
        return net::Caller{};
    }
    void issue_token(net::TokenRequest, net::HttpDone done) override { done({}); }
    std::string metrics_text() override { return {}; }
    bool is_ready() override { return true; }
    std::unique_ptr<base::IdSource> make_ids() override { return std::make_unique<CountingIds>(); }
    void on_traffic(const net::Traffic&) override {}
    void on_session_opened() override {}
    void on_session_closed(net::SessionEnd) override {}
    void on_refused(base::Errc) override {}
    void on_http_request(std::string_view, unsigned, std::optional<base::Duration>) override {}
    void on_compiled(std::size_t, base::Duration) override {}
    void log(net::LogLevel, std::string_view, std::span<const net::LogField>) override {}
};

/// A client that reads all it is told at once.
class Listener final : private net::Transport {
public:
    Listener(net::Shard& shard, const std::optional<session::Subscription>& subscription) : shard_(shard) {
        shard.turn([&] { peer_.emplace(shard, static_cast<net::Transport&>(*this), "conversation", subscription); });
    }

    void say(std::string message) {
        const std::size_t size = message.size();
        message.resize(size + proto::ClientCodec::padding());
        shard_.turn([&] { peer_->on_text(std::string_view(message).substr(0, size), message.size()); });
    }

    void leave() {
        shard_.turn([&] { peer_->on_gone(); });
    }

    std::uint64_t told() const noexcept { return told_; }

private:
    void pump() override {
        if (!peer_) return;
        while (peer_->outbox().take_next()) {
            peer_->outbox().written();
            ++told_;
        }
    }
    void close(const session::Close&) override {}

    net::Shard& shard_;
    std::optional<net::Peer> peer_;
    std::uint64_t told_ = 0;
};

enum Where : std::int64_t { here, elsewhere };

/// A conversation with one publisher, and whoever listens on its thread or on another.
class Crowd {
public:
    explicit Crowd(std::int64_t where) : shard_(where == here ? *home_ : *away_) {
        publisher_ = std::make_unique<Listener>(*home_, std::nullopt);
        publisher_->say(R"({"type":"start_request"})");
    }

    ~Crowd() {
        come_to(0);
        publisher_->leave();
        go_on();
    }

    void come_to(std::size_t count) {
        while (listeners_.size() < count) {
            listeners_.push_back(std::make_unique<Listener>(shard_, session::Subscription()));
        }
        go_on();
        // In another order than they came.
        constexpr std::size_t k_stride = 7919;
        for (std::size_t at = 0; listeners_.size() > count; listeners_.pop_back()) {
            at = (at + k_stride) % listeners_.size();
            std::swap(listeners_[at], listeners_.back());
            listeners_.back()->leave();
        }
        go_on();
    }

    void say(const std::string& text) {
        publisher_->say(R"({"type":"transcript","isFinal":false,"text":")" + text + "\"}");
        go_on();
    }

    std::uint64_t told() const {
        std::uint64_t sum = 0;
        for (const auto& listener : listeners_) sum += listener->told();
        return sum;
    }

private:
    void go_on() {
        std::size_t count = 0;
        do {
            home_->context().restart();
            away_->context().restart();
            count = home_->context().poll() + away_->context().poll();
        } while (count > 0);
    }

    SilentHooks hooks_;
    net::ComputePool pool_{1, 4};
    net::ServerShared server_{{}, hooks_, pool_, nullptr};
    std::shared_ptr<net::Shard> home_ = std::make_shared<net::Shard>(0, server_);
    std::shared_ptr<net::Shard> away_ = std::make_shared<net::Shard>(1, server_);
    net::Shard& shard_;
    std::unique_ptr<Listener> publisher_;
    std::vector<std::unique_ptr<Listener>> listeners_;
};

void per(benchmark::State& state, const char* name, double times) {
    state.counters[name] =
        benchmark::Counter(times, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Everybody comes, then everybody goes.
void come_and_go(benchmark::State& state) {
    Crowd crowd(state.range(1));
    const auto count = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        crowd.come_to(count);
        crowd.come_to(0);
    }
    per(state, "s_per_subscriber", static_cast<double>(count));
}

/// One hypothesis, told to all.
void tell_all(benchmark::State& state) {
    Crowd crowd(state.range(1));
    const auto count = static_cast<std::size_t>(state.range(0));
    crowd.come_to(count);
    const std::uint64_t before = crowd.told();
    for (auto _ : state) crowd.say("zarquon blivet frobozz quux xyzzy");
    if (crowd.told() - before < state.iterations() * count) state.SkipWithError("somebody was not told");
    per(state, "s_per_subscriber", static_cast<double>(count));
}

BENCHMARK(come_and_go)
    ->ArgNames({"subscribers", "elsewhere"})
    ->ArgsProduct({{100, 1000, 10'000}, {here, elsewhere}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(tell_all)
    ->ArgNames({"subscribers", "elsewhere"})
    ->ArgsProduct({{1000}, {here, elsewhere}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace earshot::bench
