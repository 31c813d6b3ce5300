#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace earshot::testing {
namespace {

using Kinds = std::vector<std::string>;

constexpr std::string_view k_trackers = R"([{"name":"Price","vocabulary":["price"]}])";
constexpr std::string_view k_stop = R"({"type":"stop_request"})";
constexpr std::string_view k_path = "/v1/streaming/shared";

net::ServerOptions with_threads(std::size_t threads) {
    net::ServerOptions options;
    options.io_threads = threads;
    return options;
}

class ConversationThreadsTest : public EachTransport {};

TEST_P(ConversationThreadsTest, sockets_on_all_threads_share_a_conversation) {
    TestServer server(with_threads(4));
    std::vector<WsClient> clients;  // connections go to the threads in turn
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back(server.port(), k_path);
        clients.back().send(start_message(k_trackers));
        EXPECT_EQ(clients.back().receive_until("recognition_started").size(), 3);
    }

    clients[5].send(final_chunk("the price"));

    std::vector<std::string> heard;
    for (WsClient& client : clients) heard.push_back(client.receive_until("tracker_response").back());
    EXPECT_THAT(heard, ::testing::Each(heard.front()));
}

TEST_P(ConversationThreadsTest, each_is_told_its_own_end_wherever_it_is) {
    TestServer server(with_threads(3));
    std::vector<WsClient> clients;
    for (int i = 0; i < 6; ++i) {
        clients.emplace_back(server.port(), k_path);
        clients.back().send(start_message(k_trackers));
        clients.back().receive_until("recognition_started");
    }

    for (WsClient& client : clients) {
        client.send(k_stop);
        const auto messages = client.receive_until("recognition_stopped");
        EXPECT_EQ(kinds(messages), (Kinds{"message/conversation_completed", "message/recognition_stopped"}));
        client.close(1000);
    }
}

TEST_P(ConversationThreadsTest, the_first_thread_goes_on_for_the_others) {
    TestServer server(with_threads(2));
    WsClient first(server.port(), k_path);
    first.send(start_message(k_trackers));
    first.receive_until("recognition_started");
    WsClient second(server.port(), k_path);
    second.send(start_message(k_trackers));
    second.receive_until("recognition_started");
    first.close(1000);

    second.send(final_chunk("the price"));

    EXPECT_THAT(second.receive_until("tracker_response").back(), ::testing::HasSubstr("price"));
}

// Who joins while the conversation ends either takes part in it or begins the next; nobody is left without an answer.
TEST_P(ConversationThreadsTest, joining_at_the_end_is_always_answered) {
    TestServer server(with_threads(4));
    constexpr int k_rounds = 60;
    std::vector<std::thread> threads;
    std::atomic<int> completed = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < k_rounds; ++round) {
                WsClient client(server.port(), k_path);
                client.send(start_message(k_trackers));
                client.send(final_chunk("the price"));
                client.send(k_stop);
                client.receive_until("recognition_stopped");
                ++completed;
                if (round % 2 == 0) client.close(1000);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_EQ(completed, 4 * k_rounds);
}

TEST_P(ConversationThreadsTest, connections_that_break_leave_nothing_behind) {
    TestServer server(with_threads(3));
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 30; ++round) {
                WsClient client(server.port(), k_path);
                client.send(start_message(k_trackers));
                if (round % 3 > 0) client.receive_until("recognition_started");
                if (round % 3 > 1) client.send(final_chunk("the price"));
                client.drop();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_TRUE(server.hooks().wait_for([](const auto& counts) {
        int closed = 0;
        for (const auto& [end, count] : counts.closed) closed += count;
        return closed == 90;
    }));
    WsClient last(server.port(), k_path);
    last.send(start_message(k_trackers));
    last.receive_until("recognition_started");
    last.send(k_stop);
    EXPECT_EQ(kinds(last.receive_until("recognition_stopped")),
              (Kinds{"message/conversation_completed", "message/recognition_stopped"}));
}

// Far more than a thread is posted at once: the guests' sockets rest and are woken again and again.
TEST_P(ConversationThreadsTest, guests_that_flood_are_answered_in_order) {
    TestServer server(with_threads(4));
    WsClient first(server.port(), k_path);
    first.send(start_message(k_trackers));
    first.receive_until("recognition_started");
    constexpr int k_chunks = 1000;
    std::vector<std::thread> threads;
    std::atomic<int> answered = 0;
    for (int guest = 0; guest < 3; ++guest) {
        threads.emplace_back([&, guest] {
            const auto word = [guest](int i) { return "g" + std::to_string(guest) + "n" + std::to_string(i) + " "; };
            WsClient client(server.port(), k_path);
            client.send(start_message(k_trackers));
            client.receive_until("recognition_started");
            for (int i = 0; i < k_chunks; ++i) client.send(final_chunk(word(i) + "price"));
            client.send(k_stop);
            int next = 0;
            for (const std::string& message : client.receive_until("recognition_stopped")) {
                if (kind(message) == "message_response" && message.find(word(next)) != std::string::npos) ++next;
            }
            answered += next;
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_EQ(answered, 3 * k_chunks);
}

TEST_P(ConversationThreadsTest, stops_under_traffic) {
    TestServer server(with_threads(4));
    std::vector<std::thread> threads;
    std::atomic<int> running = 0;
    std::atomic<int> closed = 0;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            WsClient client(server.port(), "/v1/streaming/" + std::to_string(i % 2));
            client.send(start_message(k_trackers));
            client.receive_until("recognition_started");
            ++running;
            try {
                while (true) {
                    client.send(final_chunk("the price"));
                    if (!client.receive()) break;
                }
            } catch (const std::runtime_error&) {  // writing met the end of the connection
                client.receive_all();
            }
            if (client.close_code() == 1000) ++closed;
        });
    }
    while (running < 4) std::this_thread::yield();

    server.server().request_stop();
    for (std::thread& thread : threads) thread.join();
    server.server().wait();

    EXPECT_EQ(closed, 4);
}

TEST_P(ConversationThreadsTest, equal_trackers_are_compiled_once_for_all_threads) {
    TestServer server(with_threads(4));
    std::vector<WsClient> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back(server.port(), "/v1/streaming/" + std::to_string(i));
        clients.back().send(start_message(k_trackers));
        clients.back().receive_until("recognition_started");
    }

    EXPECT_EQ(server.hooks().counts().compiled, 1);
}

INSTANTIATE_TEST_SUITE_P(Over, ConversationThreadsTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
