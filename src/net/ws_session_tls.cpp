#include "ws_session_impl.hpp"

namespace earshot::net {

template class WsSession<TlsSocket>;

}  // namespace earshot::net
