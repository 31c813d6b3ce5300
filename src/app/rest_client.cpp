#include "earshot/app/rest_client.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <array>
#include <curl/curl.h>
#include <stdexcept>
#include <utility>

namespace earshot::app {
namespace {

using base::Errc;
using base::Error;

constexpr std::size_t k_longest_answer = 256 * 1024 * 1024;
constexpr long k_connect_seconds = 10;
constexpr long k_answer_seconds = 60;

struct FreeCurl {
    void operator()(CURL* curl) const noexcept { curl_easy_cleanup(curl); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

void make_curl_ready() {
    static const bool is_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!is_ready) throw std::runtime_error("libcurl does not start");
}

std::size_t take_bytes(char* bytes, std::size_t, std::size_t count, void* where) {
    auto& body = *static_cast<std::string*>(where);
    if (body.size() + count > k_longest_answer) return 0;
    body.append(bytes, count);
    return count;
}

}  // namespace

class RestClient::Impl {
public:
    Impl(std::string base_url, const std::string& token, bool is_insecure)
        : base_(std::move(base_url)), is_insecure_(is_insecure) {
        make_curl_ready();
        curl_.reset(curl_easy_init());
        if (!curl_) throw std::bad_alloc();
        add_header("Content-Type: application/json");
        add_header("Accept: application/json");
        add_header("Expect:");  // no pause before a long body
        if (!token.empty()) add_header("Authorization: Bearer " + token);
    }

    base::Result<RestAnswer> ask(const std::string& method, const std::string& path, std::string_view body) {
        RestAnswer answer;
        std::array<char, CURL_ERROR_SIZE> what{};
        CURL* const curl = curl_.get();
        curl_easy_reset(curl);
        curl_easy_setopt(curl, CURLOPT_URL, (base_ + path).c_str());
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        if (is_insecure_) {
            curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
            curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
        }
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, k_connect_seconds);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, k_answer_seconds);
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "earshot/" EARSHOT_VERSION);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, what.data());
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take_bytes);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
        if (!body.empty()) {
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
        }
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
        if (const CURLcode code = curl_easy_perform(curl); code != CURLE_OK) {
            return Error{Errc::io_failed, what[0] != '\0' ? what.data() : curl_easy_strerror(code), {}, {}};
        }
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        answer.status = static_cast<unsigned>(status);
        return answer;
    }

private:
    void add_header(const std::string& line) {
        curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
        if (!longer) throw std::bad_alloc();
        (void)headers_.release();  // it is in the longer one
        headers_.reset(longer);
    }

    const std::string base_;
    const bool is_insecure_;
    std::unique_ptr<CURL, FreeCurl> curl_;
    std::unique_ptr<curl_slist, FreeList> headers_;
};

base::Result<RestClient> RestClient::make(const std::string& url, const std::string& token, bool is_insecure) {
    const auto parsed = boost::urls::parse_uri(url);
    const bool is_http = parsed && (parsed->scheme() == "http" || parsed->scheme() == "https");
    if (!is_http || parsed->host().empty() || parsed->has_query() || parsed->has_fragment()) {
        return Error{Errc::invalid_value, "the URL must be http://HOST[:PORT] or https://HOST[:PORT]", {}, {}};
    }
    const bool is_visible = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7F'; });
    if (!is_visible) return Error{Errc::invalid_value, "the token holds characters that no token has", {}, {}};
    std::string base_url = url;
    while (base_url.ends_with('/')) base_url.pop_back();
    return RestClient(std::make_unique<Impl>(std::move(base_url), token, is_insecure));
}

RestClient::RestClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RestClient::RestClient(RestClient&&) noexcept = default;
RestClient& RestClient::operator=(RestClient&&) noexcept = default;
RestClient::~RestClient() = default;

base::Result<RestAnswer> RestClient::ask(const std::string& method, const std::string& path, std::string_view body) {
    return impl_->ask(method, path, body);
}

std::string percent_encoded(std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
}

}  // namespace earshot::app
