#include "transfer.hpp"

#include "earshot/outbound/url_check.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace earshot::outbound {
namespace {

constexpr std::size_t k_most_header_bytes = 64 * 1024;  // of an answer, with those of answers before it (1xx)

// A libcurl that ignored one of them would send without it, so no failure goes unseen.
template <typename T>
void set(const EasyHandle& handle, CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(handle.get(), option, value);
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLE_OK) throw std::runtime_error("libcurl lacks an option that safety needs");
}

long milliseconds(base::Duration duration) {
    // 0 would mean libcurl's own default.
    return std::max<long>(1, std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

/// Without line breaks, which would begin a header of their own, and other controls.
bool is_header_text(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return (c >= '\0' && c < ' ' && c != '\t') || c == '\x7F'; });
}

}  // namespace

Transfer::Transfer(HttpRequest request, HttpPoster::Done done, const HttpClientOptions& options)
    : request_(std::move(request)), done_(std::move(done)), options_(options) {}

bool Transfer::prepare() {
    if (!check_url(request_.url)) return false;
    for (const auto& [name, value] : request_.headers) {
        // Of a header without a value libcurl wants a semicolon for its colon; nobody needs one.
        const bool is_name = !name.empty() && name.find_first_of(" \t:;") == std::string::npos;
        if (!is_name || value.empty() || !is_header_text(name) || !is_header_text(value)) return false;
        if (!add_header(name + ": " + value)) return false;
    }
    if (!add_header("Expect:")) return false;  // no pause before a long body
    handle_.reset(curl_easy_init());
    if (!handle_) throw std::bad_alloc();
    set_safety();
    set_request();
    return true;
}

bool Transfer::add_header(const std::string& line) {
    curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
    if (!longer) return false;
    (void)headers_.release();  // it is in the longer one
    headers_.reset(longer);
    return true;
}

void Transfer::set_safety() {
#if LIBCURL_VERSION_NUM >= 0x075500
    set(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set(handle_, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    set(handle_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    // A redirect would name yet another server, and is the sender's affair. It is handed back as an answer.
    set(handle_, CURLOPT_FOLLOWLOCATION, 0L);
    // Not even one of the environment: what it connects to is nothing that the guard could judge.
    set(handle_, CURLOPT_PROXY, "");
    set(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
    set_trusted();
    // The address is judged where libcurl is about to connect to it, when the name has been resolved for the last time.
    // So it cannot become another one behind the judgement (DNS rebinding), and however the URL writes it
    // (http://2130706433, http://0x7f.1) does not matter.
    set(handle_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    set(handle_, CURLOPT_OPENSOCKETDATA, this);
    // A connection that is used again is not opened again, and nobody would ask the guard. These two keep each
    // request to a connection of its own.
    set(handle_, CURLOPT_FRESH_CONNECT, 1L);
    set(handle_, CURLOPT_FORBID_REUSE, 1L);
    set(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(handle_, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    // Without it, giving up a request while its name is being resolved waits for the resolver, and with it all others.
    // That thread of libcurl's goes on by itself until the name servers have had their time.
    set(handle_, CURLOPT_QUICK_EXIT, 1L);
#endif
    set(handle_, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_limit));
    set(handle_, CURLOPT_TIMEOUT_MS, milliseconds(request_.limit));
}

void Transfer::set_trusted() {
    constexpr const char* k_none = nullptr;
    if (!options_.ca_file.empty()) {
        set(handle_, CURLOPT_CAINFO, options_.ca_file.c_str());
        set(handle_, CURLOPT_CAPATH, k_none);
        return;
    }
#if LIBCURL_VERSION_NUM >= 0x075700
    // Where the system has both a file and a folder, as Debian, libcurl reads the file for each connection, which takes
    // 100 ms of the client's only thread. Without the folder, which holds the same, it does so once a day.
    const char* file = nullptr;
    curl_easy_getinfo(handle_.get(), CURLINFO_CAINFO, &file);
    if (file && ::access(file, R_OK) == 0) set(handle_, CURLOPT_CAPATH, k_none);
#endif
}

void Transfer::set_request() {
    set(handle_, CURLOPT_URL, request_.url.c_str());
    set(handle_, CURLOPT_HTTPHEADER, headers_.get());
    set(handle_, CURLOPT_POST, 1L);
    set(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(handle_, CURLOPT_POSTFIELDS, request_.body.data());
    set(handle_, CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    set(handle_, CURLOPT_HEADERDATA, this);
    set(handle_, CURLOPT_WRITEFUNCTION, &Transfer::take_body);
    set(handle_, CURLOPT_WRITEDATA, this);
}

curl_socket_t Transfer::open_socket(void* transfer, curlsocktype, curl_sockaddr* address) noexcept {
    auto& self = *static_cast<Transfer*>(transfer);
    const auto target = address_of(address->addr);
    if (!target || !self.options_.guard.allows(*target)) {
        self.was_refused_ = true;
        return CURL_SOCKET_BAD;  // libcurl tries the host's next address
    }
    self.was_allowed_ = true;
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::take_header(char* bytes, std::size_t, std::size_t count, void* transfer) noexcept {
    auto& self = *static_cast<Transfer*>(transfer);
    // Line by line, and after those of an answer before the answer (1xx) it begins anew.
    const std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) self.is_header_whole_ = false;
    if (line == "\r\n" || line == "\n") self.is_header_whole_ = true;
    self.header_bytes_ += count;
    return self.header_bytes_ <= k_most_header_bytes ? count : 0;  // less than there is ends the transfer
}

std::size_t Transfer::take_body(char* bytes, std::size_t, std::size_t count, void* transfer) noexcept {
    auto& self = *static_cast<Transfer*>(transfer);
    const std::size_t room = self.options_.body_bytes - self.body_.size();
    self.body_.append(bytes, std::min(count, room));
    self.is_cut_ = count > room;
    return self.is_cut_ ? 0 : count;
}

HttpResult Transfer::result(CURLcode code) {
    // What is behind the bound is not waited for; whoever wants to know the status knows it.
    const HttpFailure failure = is_cut_ ? HttpFailure::none : failure_of(code);
    if (failure != HttpFailure::none) return {failure, 0, {}, false};
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    // libcurl takes a connection that ends in the header for an answer without a body.
    if (!is_header_whole_ || status < 200) return {HttpFailure::broken_off, 0, {}, false};
    return {HttpFailure::none, static_cast<unsigned>(status), std::move(body_), is_cut_};
}

HttpFailure Transfer::failure_of(CURLcode code) const noexcept {
    switch (code) {
        case CURLE_OK:
            return HttpFailure::none;
        case CURLE_URL_MALFORMAT:
            return HttpFailure::bad_request;
        case CURLE_COULDNT_RESOLVE_HOST:
            return HttpFailure::cannot_resolve;
        case CURLE_COULDNT_CONNECT:
            return was_refused_ && !was_allowed_ ? HttpFailure::refused_address : HttpFailure::cannot_connect;
        case CURLE_OPERATION_TIMEDOUT:
            return HttpFailure::timeout;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ENGINE_INITFAILED:
        case CURLE_SSL_ISSUER_ERROR:
            return HttpFailure::no_tls;
        default:  // also CURLE_UNSUPPORTED_PROTOCOL, with which libcurl refuses an answer without a header (HTTP/0.9)
            return HttpFailure::broken_off;
    }
}

}  // namespace earshot::outbound
