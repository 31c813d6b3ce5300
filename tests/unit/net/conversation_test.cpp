#include "net/conversation.hpp"

#include "net/shard.hpp"
#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <random>

namespace earshot::net {
namespace {

// Whoever comes and goes in whatever order: each thread with members is known with their number, and no other.
TEST(ConversationTest, knows_how_many_of_its_members_are_on_each_other_thread) {
    testing::RecordingHooks hooks;
    ComputePool pool(1, 4);
    ServerShared server({}, hooks, pool, nullptr);
    std::array shards{std::make_shared<Shard>(0, server), std::make_shared<Shard>(1, server),
                      std::make_shared<Shard>(2, server)};
    Conversation conversation("x", 1,
                              session::ConversationMachine(server.options.conversation, server.options.scorer,
                                                           shards[0]->tools(), shards[0]->ids(), server.replay));
    std::map<session::SocketId, Shard*> model;
    std::mt19937 random(1);
    for (int i = 0; i < 5000; ++i) {
        const session::SocketId socket = 1 + random() % 30;
        if (random() % 2 == 0) {
            Shard* const shard = shards.at(1 + random() % 2).get();
            conversation.add({socket, shard, nullptr});
            model.try_emplace(socket, shard);
        } else {
            conversation.remove(socket);
            model.erase(socket);
        }

        std::map<Shard*, std::size_t> expected;
        for (const auto& [id, shard] : model) ++expected[shard];
        const auto& guests = conversation.guests();
        ASSERT_EQ((std::map<Shard*, std::size_t>(guests.begin(), guests.end())), expected);
        ASSERT_EQ(guests.size(), expected.size());
        ASSERT_EQ(conversation.members().size(), model.size());
        const Conversation::Member* found = conversation.find(socket);
        ASSERT_EQ(found != nullptr, model.contains(socket));
        if (found) {
            ASSERT_EQ(found->shard, model[socket]);
        }
    }
}

}  // namespace
}  // namespace earshot::net
