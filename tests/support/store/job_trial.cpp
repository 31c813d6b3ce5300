#include "support/store/job_trial.hpp"

#include "support/store/record_texts.hpp"

#include <algorithm>
#include <utility>

namespace earshot::support {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t k_accounts = 3;
constexpr std::size_t k_conversations = 5;
constexpr std::size_t k_at_most = 6;

template <typename T>
base::Result<T> result_of(T value) {
    return value;
}

detect::ConversationChange result_change(const std::string& account, const std::string& conversation,
                                         const std::string& job) {
    detect::ConversationChange change;
    change.account = account;
    change.conversation = conversation;
    change.messages.push_back({.id = job, .member = "somebody", .text = "said", .time = {}, .words = {}});
    return change;
}

}  // namespace

void JobTrial::open(store::Database& database) {
    // The database's threads call it one after the other, since each operation is waited for.
    const auto make_id = [this] { return "delivery-" + std::to_string(++ids_); };
    conversation_store_ = std::make_unique<store::SqlConversationStore>(database, make_id);
    job_store_ = std::make_unique<store::SqlJobStore>(database, make_id);
    conversations_.emplace(*conversation_store_);
    awaited_.emplace(*job_store_);
}

std::optional<std::string> JobTrial::step() {
    now_ += milliseconds(below(4));
    switch (below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return create();
        case 4:
        case 5:
        case 6:
            return claim();
        case 7:
            return renew();
        case 8:
        case 9:
            return finish();
        case 10:
            return release();
        case 11:
            return below(6) == 0 ? remove() : finish();
        case 12:
            if (below(4) == 0) {
                const base::WallTime before = now_ - milliseconds(below(20));
                model_.forget(before);
                return difference("forget", awaited_->forget(before), result_of(true));
            }
            return claim();
        case 13:
            return take_deliveries(below(4));
        case 14:
            return end_delivery();
        default:
            return retry_delivery();
    }
}

std::optional<std::string> JobTrial::create() {
    store::NewJob job;
    const std::size_t conversation = below(k_conversations);
    // Mostly of the conversation's own account.
    job.account = "account-" + std::to_string((below(10) == 0 ? below(k_accounts) : conversation % k_accounts));
    job.conversation = "conversation-" + std::to_string(conversation);
    // Now and then once more, as after an answer that was lost, or by another account.
    const std::string again = some_job();
    const bool is_known = accepted_.contains(again) && !accepted_[again].is_over && below(4) == 0;
    job.id = is_known ? again : "job-" + std::to_string(++jobs_);
    if (below(2) == 0) job.begin = detect::ConversationBegin{.name = {}, .started = now_};
    job.kind = "text";
    job.request = std::string("{\0\x01\x02 ", 5) + job.id;
    if (below(3) != 0) job.webhook_url = "https://example.com/" + job.id;
    std::optional<store::Lease> claimed;
    if (below(3) == 0) claimed = lease();
    const auto result = awaited_->create(job, now_, k_at_most, claimed);
    if (auto wrong = difference("create", result, model_.create(job, k_at_most, claimed, now_))) return wrong;
    if (!result || is_known) return std::nullopt;
    order_.push_back(job.id);
    accepted_[job.id] = {job.account, job.conversation, false};
    if (result->state != store::JobState::in_progress) return std::nullopt;
    return find_breach(job.id, *claimed);
}

std::optional<std::string> JobTrial::claim() {
    const store::Lease lease = this->lease();
    const auto result = awaited_->claim(lease, now_);
    if (auto wrong = difference("claim", result, result_of(model_.claim(lease, now_)))) return wrong;
    return *result ? find_breach((*result)->job.id, lease) : std::nullopt;
}

std::optional<std::string> JobTrial::find_breach(const std::string& id, const store::Lease& lease) {
    const auto held = held_.find(id);
    if (held != held_.end() && now_ < held->second.until) return id + " has two owners at once";
    expired_ += held != held_.end();
    held_[id] = {lease.owner, lease.until};
    if (!accepted_.contains(id)) return id + " was never accepted";
    if (accepted_[id].is_over) return id + " was over";
    for (const std::string& earlier : order_) {
        if (earlier == id) break;
        if (accepted_[earlier].conversation == accepted_[id].conversation && !accepted_[earlier].is_over) {
            return id + " overtook " + earlier + " of its conversation";
        }
    }
    return std::nullopt;
}

std::optional<std::string> JobTrial::renew() {
    const std::string id = some_job();
    store::Lease lease = this->lease();
    lease.owner = owner_of(id);
    const double progress = static_cast<double>(below(8)) / 7;
    const auto result = awaited_->renew(id, lease, progress);
    if (result && *result) held_[id] = {lease.owner, lease.until};
    return difference("renew", result, result_of(model_.renew(id, lease, progress)));
}

std::optional<std::string> JobTrial::finish() {
    const std::string id = some_job();
    const std::string owner = owner_of(id);
    store::JobOutcome outcome;
    if (below(4) == 0) {
        outcome.state = store::JobState::failed;
        outcome.error = "no";
    }
    if (const auto job = accepted_.find(id); job != accepted_.end()) {
        outcome.changes.push_back(result_change(job->second.account, job->second.conversation, id));
    }
    const auto result = awaited_->finish(id, owner, outcome, now_);
    if (auto wrong = difference("finish", result, result_of(model_.finish(id, owner, outcome, now_)))) return wrong;
    if (!*result) return std::nullopt;
    completed_ += outcome.state == store::JobState::completed;
    return note_end(id);
}

std::optional<std::string> JobTrial::note_end(const std::string& id) {
    if (std::exchange(accepted_[id].is_over, true)) return id + " ended twice";
    held_.erase(id);
    return std::nullopt;
}

std::optional<std::string> JobTrial::release() {
    const std::string id = some_job();
    const std::string owner = owner_of(id);
    const auto result = awaited_->release(id, owner);
    if (result && *result) held_.erase(id);
    return difference("release", result, result_of(model_.release(id, owner)));
}

std::optional<std::string> JobTrial::remove() {
    const std::size_t number = below(k_conversations);
    const std::string account = "account-" + std::to_string(number % k_accounts);
    const std::string id = "conversation-" + std::to_string(number);
    const auto result = conversations_->remove(account, id, now_);
    if (auto wrong = difference("remove", result, model_.remove_conversation(account, id, now_))) return wrong;
    if (!result) return std::nullopt;
    for (const std::string& job : order_) {
        if (accepted_[job].conversation != id || accepted_[job].is_over) continue;
        if (auto wrong = note_end(job)) return wrong;
    }
    return std::nullopt;
}

std::optional<std::string> JobTrial::take_deliveries(std::size_t at_most) {
    const base::WallTime until = now_ + milliseconds(below(12));
    const auto result = awaited_->take_deliveries(at_most, now_, until);
    if (auto wrong = difference("take_deliveries", result, result_of(model_.take_deliveries(at_most, now_, until)))) {
        return wrong;
    }
    for (const store::Delivery& delivery : *result) {
        const auto taken = deliveries_.find(delivery.id);
        if (taken != deliveries_.end() && now_ < taken->second) return delivery.id + " was given twice";
        deliveries_[delivery.id] = until;
    }
    return std::nullopt;
}

std::optional<std::string> JobTrial::end_delivery() {
    const std::string id = "delivery-" + std::to_string(below(static_cast<std::size_t>(ids_) + 2));
    return difference("end_delivery", awaited_->end_delivery(id), result_of(model_.end_delivery(id)));
}

std::optional<std::string> JobTrial::retry_delivery() {
    const std::string id = "delivery-" + std::to_string(below(static_cast<std::size_t>(ids_) + 2));
    const base::WallTime when = now_ + milliseconds(below(12));
    const auto result = awaited_->retry_delivery(id, when);
    if (result && *result) deliveries_[id] = when;
    return difference("retry_delivery", result, result_of(model_.retry_delivery(id, when)));
}

std::string JobTrial::some_job() {
    if (order_.empty() || below(16) == 0) return "job-of-nobody";
    if (!held_.empty() && below(3) != 0) {
        auto place = held_.begin();
        std::advance(place, static_cast<std::ptrdiff_t>(below(held_.size())));
        return place->first;
    }
    return order_[below(order_.size())];
}

std::string JobTrial::owner_of(const std::string& id) {
    const auto held = held_.find(id);
    if (held != held_.end() && below(6) != 0) return held->second.owner;
    return below(4) == 0 ? "" : lease().owner;
}

store::Lease JobTrial::lease() {
    return {"server-" + std::to_string(below(3)), now_ + milliseconds(below(16))};
}

std::optional<std::string> JobTrial::compare() {
    for (const auto& [id, job] : accepted_) {
        if (auto wrong = difference("get", awaited_->get(job.account, id), model_.get(job.account, id))) return wrong;
    }
    for (std::size_t number = 0; number < k_conversations; ++number) {
        const std::string account = "account-" + std::to_string(number % k_accounts);
        const std::string id = "conversation-" + std::to_string(number);
        const auto stored = conversations_->messages(account, id);
        const auto expected = model_.messages(account, id);
        if (stored.has_value() != expected.has_value()) return id + (stored ? " is there" : " is not there");
        if (!stored) continue;
        std::vector<std::string> ids;
        for (const detect::MessageRecord& message : *stored) ids.push_back(message.id);
        if (ids != *expected) return id + " holds the results of other jobs than those that are completed";
    }
    return std::nullopt;
}

std::optional<std::string> JobTrial::drain() {
    now_ += milliseconds(1000);
    for (std::size_t left = order_.size(); left > 0; --left) {
        if (auto wrong = claim()) return wrong;
        for (const auto& [id, held] : std::map(held_)) {
            const auto result = awaited_->finish(id, held.owner, {}, now_);
            if (auto wrong = difference("finish", result, result_of(model_.finish(id, held.owner, {}, now_)))) {
                return wrong;
            }
            if (!*result) continue;
            if (auto wrong = note_end(id)) return wrong;
        }
        now_ += milliseconds(20);
    }
    for (const auto& [id, job] : accepted_) {
        if (!job.is_over) return id + " never ended";
    }
    while (true) {
        const auto taken = awaited_->take_deliveries(100, now_, now_ + milliseconds(1));
        if (auto wrong = difference("take_deliveries", taken,
                                    result_of(model_.take_deliveries(100, now_, now_ + milliseconds(1))))) {
            return wrong;
        }
        if (taken->empty()) return std::nullopt;
        for (const store::Delivery& delivery : *taken) {
            if (auto wrong = difference("end_delivery", awaited_->end_delivery(delivery.id),
                                        result_of(model_.end_delivery(delivery.id)))) {
                return wrong;
            }
        }
    }
}

}  // namespace earshot::support
