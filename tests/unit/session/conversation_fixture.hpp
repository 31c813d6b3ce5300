#pragma once

#include "support/core_world.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::session {

using Frames = std::vector<std::string>;

inline constexpr std::string_view k_trackers = R"("trackers":[{"name":"Pricing","vocabulary":["what is the price"]}])";
inline constexpr std::string_view k_open = R"(,"endOfUtterance":false)";
inline constexpr std::string_view k_stop = R"({"type":"stop_request"})";

/// A start message of `user` with k_trackers; `more`: members, each with a comma before it.
inline std::string start(const std::string& user, const std::string& more = {}) {
    return R"({"type":"start_request","speaker":{"userId":")" + user + "\"}," + std::string(k_trackers) + more + "}";
}

inline std::string chunk(const std::string& text, const std::string& more = {}) {
    return R"({"type":"transcript","text":")" + text + "\"" + more + "}";
}

/// Frames by what they are.
inline Frames kinds(const Frames& frames) {
    Frames result;
    for (const std::string& frame : frames) {
        const std::string_view key =
            frame.starts_with(R"({"type":"message",)") ? R"("message":{"type":")" : R"({"type":")";
        const std::size_t begin = frame.find(key) + key.size();
        result.push_back(frame.substr(begin, frame.find('"', begin) - begin));
    }
    return result;
}

/// Sockets and a conversation, whose options may be set until the first socket comes.
class ConversationFixture : public testing::Test {
protected:
    support::CoreWorld& world() {
        if (!world_) world_ = std::make_unique<support::CoreWorld>(options_);
        return *world_;
    }

    /// A new socket that has sent `message`. What it is told of that is taken.
    std::size_t join(const std::string& message) {
        const std::size_t socket = world().connect();
        world().send(socket, message);
        world().take_frames(socket);
        return socket;
    }

    /// What the socket is told by then.
    Frames say(std::size_t socket, const std::string& message) {
        world().send(socket, message);
        return world().take_frames(socket);
    }

    Frames pass(std::size_t socket, base::Duration time) {
        world().advance(time);
        return world().take_frames(socket);
    }

    support::CoreOptions options_;

private:
    std::unique_ptr<support::CoreWorld> world_;
};

}  // namespace earshot::session
