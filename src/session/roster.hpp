#pragma once

#include "earshot/base/keyed_list.hpp"

#include "announcer.hpp"
#include "participant.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace earshot::session {

/// Who takes part in a conversation. Owned by it; references stay valid until `remove`.
///
/// Subscribers are many: none of them is looked for or counted by going through all. Publishers are few
/// (ConversationLimits::publishers), so only what each chunk and utterance looks for is found without that.
class Roster {
public:
    /// The publisher of this socket; null if it is none's. No socket (0) is nobody's.
    Participant* find(SocketId socket) const noexcept;
    Participant* find_number(std::uint64_t number) const noexcept;

    /// One whose `due` has come.
    Participant* find_due(base::MonotonicTime now) const noexcept;

    /// One whose trackers are being compiled under this ticket.
    Participant* find_ticket(std::uint64_t ticket) const noexcept;

    /// One that this speaker's new socket takes over: of the same user id, and not on its way out.
    Participant* find_returning(const proto::StartRequest& request) const noexcept;

    /// One that starts to take the place of participant `number`.
    Participant* find_successor(std::uint64_t number) const noexcept;

    /// Participants, those who take another's place not counted.
    std::size_t publishers() const noexcept;

    Participant& add(base::Now now);
    void remove(const Participant& participant);

    /// The publisher's socket, or 0 for none.
    void set_socket(Participant& participant, SocketId socket);

    /// The socket's client has told what it wants to be told.
    void set_request(Participant& participant, std::unique_ptr<proto::StartRequest> request);

    void add(Subscriber subscriber);
    bool remove_subscriber(SocketId socket);

    const std::vector<std::unique_ptr<Participant>>& participants() const noexcept { return participants_; }
    const std::vector<Subscriber>& subscribers() const noexcept { return subscribers_.values(); }

    /// What the sockets that are there want to be told.
    const Audience& audience() const noexcept { return audience_; }

    std::size_t memory_bytes() const noexcept;

private:
    /// How many of the sockets that are there want it.
    struct Wanted {
        std::size_t interims = 0;
        std::size_t revisions = 0;
        std::size_t explanations = 0;
        std::size_t captions = 0;
    };

    template <typename Matches>
    Participant* find_if(const Matches& matches) const noexcept;
    std::vector<std::unique_ptr<Participant>>::const_iterator place_of(std::uint64_t number) const noexcept;
    void listen(const proto::ListenerWishes& wishes) noexcept;
    void listen_no_more(const proto::ListenerWishes& wishes) noexcept;
    void tell_audience() noexcept;

    std::vector<std::unique_ptr<Participant>> participants_;  // by number
    std::unordered_map<SocketId, Participant*> by_socket_;
    base::KeyedList<Subscriber, &Subscriber::socket> subscribers_;
    std::uint64_t last_number_ = 0;
    Wanted wanted_;
    Audience audience_;
};

}  // namespace earshot::session
