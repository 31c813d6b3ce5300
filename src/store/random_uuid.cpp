#include "earshot/store/random_uuid.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace earshot::store {

std::string random_uuid() {
    // Servers that know nothing of each other give ids of one space.
    return to_string(boost::uuids::random_generator()());
}

}  // namespace earshot::store
