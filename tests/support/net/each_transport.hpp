#pragma once

#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

namespace earshot::testing {

/// What tests stand on that hold with TLS and without, and with each of what `More` says: a tuple of these is their
/// parameter. Inside of them, a TestServer speaks what the parameter says.
template <typename... More>
class EachTransportAnd : public ::testing::TestWithParam<std::tuple<Transport, More...>> {
protected:
    static Transport transport() { return std::get<Transport>(EachTransportAnd::GetParam()); }

    class TestServer : public testing::TestServer {
    public:
        explicit TestServer(net::ServerOptions options = {}, std::string valid_token = {},
                            store::TrackerStore* store = nullptr)
            : testing::TestServer(std::move(options), std::move(valid_token), transport(), store) {}
    };
};

using EachTransport = EachTransportAnd<>;

/// For INSTANTIATE_TEST_SUITE_P, with transport_name. `more`: a generator for each of the fixture's `More`.
template <typename... Generators>
auto each_transport(const Generators&... more) {
    return ::testing::Combine(::testing::Values(Transport::plain, Transport::tls), more...);
}

/// Names tests "plain" and "tls", and behind that "_" with what else they are tried with.
struct TransportName {
    template <typename... More>
    std::string operator()(const ::testing::TestParamInfo<std::tuple<Transport, More...>>& info) const {
        const auto named = [](Transport transport, const More&... more) {
            return ((transport == Transport::tls ? std::string("tls") : std::string("plain")) + ... +
                    ("_" + text(more)));
        };
        return std::apply(named, info.param);
    }

private:
    static std::string text(std::size_t number) { return std::to_string(number); }
    static const std::string& text(const std::string& name) { return name; }
};

inline constexpr TransportName transport_name;

}  // namespace earshot::testing
