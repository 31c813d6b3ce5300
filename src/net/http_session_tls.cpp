#include "http_session_impl.hpp"

namespace earshot::net {

template class HttpSession<TlsSocket>;

}  // namespace earshot::net
