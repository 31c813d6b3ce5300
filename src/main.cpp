#include "earshot/app/commands.hpp"

int main(int count, char** arguments) {
    return earshot::app::run(count, arguments);
}
