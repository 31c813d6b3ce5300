#include "core_world.hpp"

#include "earshot/session/socket_machine.hpp"
#include "earshot/session/subscriber_machine.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace earshot::support {

using session::SocketId;

CoreWorld::CoreWorld(CoreOptions options) : options_(std::move(options)), codec_(options_.socket.messages) {}
CoreWorld::~CoreWorld() = default;

std::size_t CoreWorld::connect(const std::string& connection_id) {
    Socket socket;
    socket.connection_id = connection_id;
    socket.machine = std::make_unique<session::SocketMachine>(options_.socket, codec_, now_.monotonic);
    sockets_.push_back(std::move(socket));
    return sockets_.size() - 1;
}

std::size_t CoreWorld::subscribe(const std::string& connection_id, const session::Subscription& subscription) {
    Socket socket;
    socket.connection_id = connection_id;
    socket.machine = std::make_unique<session::SubscriberMachine>(options_.socket, subscription, now_.monotonic);
    sockets_.push_back(std::move(socket));
    settle();
    return sockets_.size() - 1;
}

void CoreWorld::send(std::size_t socket, std::string_view text) {
    machine(socket).on_text(text, text.size(), now_.monotonic);
    settle();
}

void CoreWorld::send_binary(std::size_t socket, std::size_t bytes) {
    machine(socket).on_binary(bytes, now_.monotonic);
    settle();
}

void CoreWorld::lose(std::size_t socket) {
    machine(socket).on_gone();
    settle();
}

void CoreWorld::set_reading(std::size_t socket, bool is_reading) {
    sockets_[socket].is_reading = is_reading;
    settle();
}

void CoreWorld::refuse(std::size_t socket, base::Errc code) {
    machine(socket).on_refused({code, "refused from outside", {}, {}}, now_.monotonic);
    settle();
}

void CoreWorld::shut_down() {
    for (Socket& socket : sockets_) socket.machine->on_shutdown(now_.monotonic);
    settle();
    for (const auto& [id, machine] : conversations_) machine->shut_down(now_);
    settle();
}

void CoreWorld::store(std::shared_ptr<const session::StoredTrackers> stored) {
    store_untold(std::move(stored));
    for (const auto& [id, machine] : conversations_) machine->stored_changed();
    settle();
}

void CoreWorld::store_untold(std::shared_ptr<const session::StoredTrackers> stored) {
    options_.stored = std::move(stored);
}

void CoreWorld::fill_pool(bool is_full) {
    pool_is_full_ = is_full;
}

void CoreWorld::hold_compiling(bool is_held) {
    compiling_is_held_ = is_held;
    if (is_held) return;
    for (const Held& held : std::exchange(held_, {})) compile(held);
    settle();
}

void CoreWorld::release_compiling(std::size_t index) {
    if (index >= held_.size()) return;
    const Held held = std::move(held_[index]);
    held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
    compile(held);
    settle();
}

void CoreWorld::score(std::uint64_t ticket, std::vector<detect::Verdict> verdicts) {
    for (auto& [id, machine] : conversations_) machine->scored(ticket, {verdicts, {}, false}, now_);
    settle();
}

void CoreWorld::refuse_to_score(std::uint64_t ticket) {
    for (auto& [id, machine] : conversations_) machine->scored(ticket, {{}, {}, true}, now_);
    settle();
}

void CoreWorld::make_ready() {
    for (const auto& list : std::exchange(unready_, {})) {
        for (auto& [id, machine] : conversations_) machine->prepared(*list, now_);
    }
    settle();
}

void CoreWorld::advance(base::Duration time) {
    const base::MonotonicTime until = now_.monotonic + time;
    while (true) {
        base::MonotonicTime next = until;
        for (const Socket& socket : sockets_) next = std::min(next, socket.machine->deadline().value_or(until));
        for (const auto& [id, machine] : conversations_) next = std::min(next, machine->deadline().value_or(until));
        next = std::max(next, now_.monotonic);
        now_.wall += std::chrono::duration_cast<std::chrono::milliseconds>(next - now_.monotonic);
        now_.monotonic = next;
        for (Socket& socket : sockets_) socket.machine->on_time(now_.monotonic);
        for (const auto& [id, machine] : conversations_) machine->on_time(now_);
        settle();
        if (now_.monotonic >= until) return;
    }
}

std::vector<std::string> CoreWorld::take_frames(std::size_t socket) {
    auto& frames = sockets_[socket].frames;
    std::vector<std::string> result(frames.begin(), frames.end());
    frames.clear();
    return result;
}

std::optional<std::string> CoreWorld::take_frame(std::size_t socket) {
    auto& frames = sockets_[socket].frames;
    if (frames.empty()) return std::nullopt;
    std::string frame = std::move(frames.front());
    frames.pop_front();
    return frame;
}

std::optional<session::Close> CoreWorld::take_close(std::size_t socket) {
    return std::exchange(sockets_[socket].close, std::nullopt);
}

bool CoreWorld::is_closed(std::size_t socket) const {
    return sockets_[socket].machine->is_closed();
}

session::ClientMachine& CoreWorld::machine(std::size_t socket) {
    return *sockets_[socket].machine;
}

void CoreWorld::settle() {
    bool busy = true;
    while (busy) {
        busy = false;
        for (std::size_t i = 0; i < sockets_.size(); ++i) busy |= perform_socket(i);
        std::vector<std::string> ids;
        for (const auto& [id, machine] : conversations_) ids.push_back(id);
        for (const std::string& id : ids) busy |= perform_conversation(id);
    }
    for (Socket& socket : sockets_) write(socket);
}

bool CoreWorld::perform_socket(std::size_t index) {
    std::vector<session::SocketAction> actions;
    machine(index).take_actions(actions);
    for (session::SocketAction& action : actions) take(index, action);
    return !actions.empty();
}

void CoreWorld::take(std::size_t index, session::SocketAction& action) {
    const std::string& id = sockets_[index].connection_id;
    const SocketId socket = index + 1;
    std::visit(
        [&](auto& one) {
            using Action = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<Action, session::Join>) {
                conversation(id).join(socket, std::move(one.request), now_);
            } else if constexpr (std::is_same_v<Action, session::Subscribe>) {
                if (const auto at = conversations_.find(id); at != conversations_.end()) {
                    at->second->subscribe(socket, one.subscription, now_);
                } else {
                    sockets_[index].waiting = one.subscription;
                }
            } else if constexpr (std::is_same_v<Action, session::Close>) {
                sockets_[index].close = one;
                write(sockets_[index]);
            } else if (std::is_same_v<Action, session::Leave> && sockets_[index].waiting) {
                sockets_[index].waiting.reset();
            } else if (const auto at = conversations_.find(id); at != conversations_.end()) {
                if constexpr (std::is_same_v<Action, session::Speak>) at->second->speak(socket, *one.chunk, now_);
                if constexpr (std::is_same_v<Action, session::Modify>)
                    at->second->modify(socket, std::move(one.request), now_);
                if constexpr (std::is_same_v<Action, session::Refresh>) at->second->refresh(socket);
                if constexpr (std::is_same_v<Action, session::Stop>) at->second->stop(socket, now_);
                if constexpr (std::is_same_v<Action, session::Leave>) at->second->leave(socket, now_);
            }
        },
        action);
    perform_conversation(id);
}

bool CoreWorld::perform_conversation(const std::string& connection_id) {
    const auto at = conversations_.find(connection_id);
    if (at == conversations_.end()) return false;
    std::vector<session::ConversationAction> actions;
    at->second->take_actions(actions);
    bool is_over = false;
    for (session::ConversationAction& action : actions) {
        is_over |= std::holds_alternative<session::Finished>(action);
        take(connection_id, action);
    }
    if (is_over) conversations_.erase(connection_id);
    return !actions.empty();
}

void CoreWorld::take(const std::string& connection_id, session::ConversationAction& action) {
    std::visit(
        [&](auto& one) {
            using Action = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<Action, session::Broadcast>) {
                for (Socket& socket : sockets_) {
                    if (socket.connection_id == connection_id) socket.machine->on_broadcast(one, now_.monotonic);
                }
            } else if constexpr (std::is_same_v<Action, session::Tell>) {
                machine(one.socket - 1).on_tell(one, now_.monotonic);
            } else if constexpr (std::is_same_v<Action, session::Started>) {
                machine(one.socket - 1).on_started(now_.monotonic);
            } else if constexpr (std::is_same_v<Action, session::Ended>) {
                machine(one.socket - 1).on_ended(one.why, now_.monotonic);
            } else if constexpr (std::is_same_v<Action, session::Compile>) {
                ++compilings_;
                Held asked{connection_id, std::move(one), options_.stored};
                if (compiling_is_held_) {
                    held_.push_back(std::move(asked));
                } else {
                    compile(asked);
                }
            } else if constexpr (std::is_same_v<Action, session::Score>) {
                scores_.push_back(std::move(one));
            } else if constexpr (std::is_same_v<Action, session::Prepare>) {
                unready_.push_back(one.list);
            } else if constexpr (std::is_same_v<Action, session::Keep>) {
                kept_.push_back(*one.change);
            }
        },
        action);
}

void CoreWorld::compile(const Held& held) {
    const auto at = conversations_.find(held.connection_id);
    if (at == conversations_.end()) return;
    detect::PhraseSetSource sets;
    const auto compile_list = [&](detect::TrackerListDefinition definition) {
        return detect::TrackerList::compile(std::move(definition), options_.conversation.patterns, tools_.tokenizer(),
                                            sets);
    };
    const auto& [ticket, job] = held.compile;
    const base::Error full{base::Errc::queue_full, "too many lists of trackers are being compiled", {}, {}};
    at->second->compiled(ticket,
                         pool_is_full_ ? session::TrackerJobResult::failed(job, full)
                                       : session::work_out(job, held.stored.get(), compile_list),
                         now_);
}

session::ConversationMachine& CoreWorld::conversation(const std::string& connection_id) {
    auto& machine = conversations_[connection_id];
    if (!machine) {
        machine = std::make_unique<session::ConversationMachine>(options_.conversation, options_.scorer, tools_, ids_,
                                                                 replay_);
        for (std::size_t i = 0; i < sockets_.size(); ++i) {
            if (sockets_[i].connection_id != connection_id || !sockets_[i].waiting) continue;
            machine->subscribe(i + 1, *std::exchange(sockets_[i].waiting, std::nullopt), now_);
        }
    }
    return *machine;
}

void CoreWorld::write(Socket& socket) {
    session::Outbox& outbox = socket.machine->outbox();
    while (socket.is_reading && outbox.has_next()) {
        socket.frames.push_back(*outbox.take_next());
        outbox.written();
    }
}

}  // namespace earshot::support
