#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::support {

/// A server on a free port that gives its answers in their order, whatever it is asked, and remembers what it was.
class CannedServer {
public:
    struct Canned {
        unsigned status;
        std::string body;
    };

    explicit CannedServer(std::vector<Canned> answers)
        : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
          port_(acceptor_.local_endpoint().port()),
          thread_([this, answers = std::move(answers)] { serve(answers); }) {}

    ~CannedServer() {
        is_over_ = true;
        boost::system::error_code ignored;
        boost::asio::ip::tcp::socket(context_).connect({boost::asio::ip::address_v4::loopback(), port_}, ignored);
        thread_.join();
    }

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// "METHOD target body", once the client has been answered.
    std::vector<std::string> asked;
    std::vector<std::string> authorizations;

private:
    void serve(const std::vector<Canned>& answers) {
        std::size_t next = 0;
        while (true) {
            boost::asio::ip::tcp::socket socket(context_);
            acceptor_.accept(socket);
            if (is_over_) return;
            boost::beast::flat_buffer buffer;
            while (next < answers.size() && answer(socket, buffer, answers[next])) ++next;
        }
    }

    /// False: the client asks nothing more.
    bool answer(boost::asio::ip::tcp::socket& socket, boost::beast::flat_buffer& buffer, const Canned& canned) {
        boost::beast::http::request<boost::beast::http::string_body> request;
        boost::system::error_code error;
        boost::beast::http::read(socket, buffer, request, error);
        if (error) return false;
        asked.push_back(std::string(request.method_string()) + " " + std::string(request.target()) + " " +
                        request.body());
        authorizations.emplace_back(request[boost::beast::http::field::authorization]);
        boost::beast::http::response<boost::beast::http::string_body> response(
            static_cast<boost::beast::http::status>(canned.status), 11);
        response.body() = canned.body;
        response.prepare_payload();
        boost::beast::http::write(socket, response, error);
        return true;
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    const std::uint16_t port_;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

}  // namespace earshot::support
