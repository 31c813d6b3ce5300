#pragma once

#include "earshot/outbound/http_client.hpp"
#include "earshot/store/job_store.hpp"

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace earshot::outbound {

/// Deliveries in memory, as JobStore says of them; nothing else of it. It answers when it is told, or at once with an
/// error while it is away. One thread.
class FakeJobStore : public store::JobStore {
public:
    bool is_away = false;
    bool answers_at_once = true;

    void add(store::Delivery delivery, base::WallTime due = {}) { kept_.push_back({std::move(delivery), due}); }

    /// Lets what waits come: all, in the order of the questions, or one of them.
    void answer_all() {
        while (!answers_.empty()) answer(0);
    }
    void answer(std::size_t which) {
        const auto place = std::next(answers_.begin(), static_cast<std::ptrdiff_t>(which));
        const auto send = std::move(*place);
        answers_.erase(place);
        send();
    }
    std::size_t unanswered() const { return answers_.size(); }

    struct Kept {
        store::Delivery delivery;
        base::WallTime due;
    };
    const std::list<Kept>& kept() const { return kept_; }
    const Kept* find(const std::string& id) const {
        const auto found = std::ranges::find(kept_, id, [](const Kept& kept) { return kept.delivery.id; });
        return found == kept_.end() ? nullptr : &*found;
    }
    /// How many deliveries each question for some asked for.
    const std::vector<std::size_t>& taken() const { return taken_; }

    void take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until,
                         store::Done<std::vector<store::Delivery>> done) override {
        taken_.push_back(at_most);
        run<std::vector<store::Delivery>>(std::move(done), [this, at_most, now, until] {
            std::vector<store::Delivery> due;
            std::map<std::string, int> seen;  // topics
            for (Kept& kept : kept_) {
                if (++seen[kept.delivery.topic] > 1 || kept.due > now || due.size() == at_most) continue;
                kept.due = until;
                due.push_back(kept.delivery);
            }
            return due;
        });
    }
    void end_delivery(std::string id, store::Done<bool> done) override {
        run<bool>(std::move(done), [this, id] {
            return std::erase_if(kept_, [&](const Kept& kept) { return kept.delivery.id == id; }) > 0;
        });
    }
    void retry_delivery(std::string id, base::WallTime when, store::Done<bool> done) override {
        run<bool>(std::move(done), [this, id, when] {
            const auto found = std::ranges::find(kept_, id, [](const Kept& kept) { return kept.delivery.id; });
            if (found == kept_.end()) return false;
            ++found->delivery.attempts;
            found->due = when;
            return true;
        });
    }

    void create(store::NewJob, std::size_t, std::optional<store::Lease>, base::WallTime,
                store::Done<store::JobRecord>) override {
        unexpected();
    }
    void get(std::string, std::string, store::Done<store::JobRecord>) override { unexpected(); }
    void claim(store::Lease, base::WallTime, store::Done<std::optional<store::ClaimedJob>>) override { unexpected(); }
    void renew(std::string, store::Lease, double, store::Done<bool>) override { unexpected(); }
    void finish(std::string, std::string, store::JobOutcome, base::WallTime, store::Done<bool>) override {
        unexpected();
    }
    void release(std::string, std::string, store::Done<bool>) override { unexpected(); }
    void forget(base::WallTime, store::Done<bool>) override { unexpected(); }

private:
    [[noreturn]] static void unexpected() { throw std::logic_error("a courier knows no jobs"); }

    /// The work is done when it is answered: as a transaction that waits in a queue.
    template <typename T>
    void run(store::Done<T> done, std::function<T()> work) {
        if (is_away) return done(base::Error{base::Errc::store_away, "the store is away", {}, {}});
        auto both = [this, done = std::move(done), work = std::move(work)] {
            if (is_away) return done(base::Error{base::Errc::store_away, "the store is away", {}, {}});
            done(work());
        };
        if (answers_at_once) return both();
        answers_.push_back(std::move(both));
    }

    std::list<Kept> kept_;
    std::list<std::function<void()>> answers_;
    std::vector<std::size_t> taken_;
};

/// Keeps what is posted until the test answers it. One thread.
class FakePoster final : public HttpPoster {
public:
    struct Open {
        HttpRequest request;
        Done done;

        std::string header(const std::string& name) const {
            for (const auto& [known, value] : request.headers) {
                if (known == name) return value;
            }
            return {};
        }
        std::string id() const { return header("webhook-id"); }
    };

    void post(HttpRequest request, Done done) override {
        posted_.push_back(request.headers.empty() ? "" : Open{request, {}}.id());
        open_.push_back({std::move(request), std::move(done)});
    }

    const std::list<Open>& open() const { return open_; }
    /// The ids of all that was posted, in order.
    const std::vector<std::string>& posted() const { return posted_; }

    void answer(const std::string& id, HttpResult result) {
        const auto found = std::ranges::find(open_, id, &Open::id);
        if (found == open_.end()) throw std::logic_error(id + " is not under way");
        const Done done = std::move(found->done);
        open_.erase(found);
        done(std::move(result));
    }

private:
    std::list<Open> open_;
    std::vector<std::string> posted_;
};

inline HttpResult status(unsigned status) {
    return {HttpFailure::none, status, {}, false};
}
inline HttpResult failure(HttpFailure failure) {
    return {failure, 0, {}, false};
}

inline store::Delivery delivery(std::string id, std::string topic = {}) {
    store::Delivery made;
    made.topic = topic.empty() ? "topic of " + id : std::move(topic);
    made.id = std::move(id);
    made.account = "account";
    made.url = "http://example.com/hook";
    made.body = R"({"jobId":"1","status":"completed"})";
    return made;
}

}  // namespace earshot::outbound
