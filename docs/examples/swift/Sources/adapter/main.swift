// Prints what the reader says of a file as readings, one a line.
//
//     imessage-foundry conform -- .build/debug/adapter {db}

import ChatReader
import Foundation

guard CommandLine.arguments.count == 2 else {
    FileHandle.standardError.write(Data("usage: adapter CHAT.DB\n".utf8))
    exit(2)
}
let encoder = JSONEncoder()
for entry in try read(CommandLine.arguments[1]) {
    FileHandle.standardOutput.write(try encoder.encode(entry) + Data("\n".utf8))
}
