#include "ws_session_impl.hpp"

namespace earshot::net {

template class WsSession<PlainSocket>;

}  // namespace earshot::net
