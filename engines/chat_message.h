// One message of a conversation, as templates and servers take it.
#pragma once

#include <string>

namespace dsb {

struct ChatMessage {
  std::string role;  // system, user, assistant
  std::string content;
};

}  // namespace dsb
