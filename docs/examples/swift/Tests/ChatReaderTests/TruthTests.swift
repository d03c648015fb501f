// Holds the reader against databases whose truth is known.
//
//     imessage-foundry export fixtures --scenario kinds,small && swift test

import ChatReader
import Foundation
import XCTest

struct Manifest: Decodable {
    struct Database: Decodable { let database, truth: String }
    let databases: [Database]
}

struct Truth: Decodable {
    struct Others: Decodable { let sender, chat: [String?]? }
    struct Reading: Decodable {
        let guid, kind: String
        let text, sender, chat, dateNs: String?
        let orElse: Others?
    }
    let readings: [Reading]
}

final class TruthTests: XCTestCase {
    let folder = URL(
        fileURLWithPath: ProcessInfo.processInfo.environment["IMESSAGE_FIXTURES"] ?? "fixtures")

    func load<T: Decodable>(_ path: String) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(T.self, from: Data(contentsOf: folder.appendingPathComponent(path)))
    }

    func testReadsEveryMessage() throws {
        let manifest: Manifest = try load("manifest.json")
        for each in manifest.databases {
            let entries = try read(folder.appendingPathComponent(each.database).path)
            let found = Dictionary(uniqueKeysWithValues: entries.map { ($0.guid, $0) })
            let truth: Truth = try load(each.truth)
            let messages = truth.readings.filter { $0.kind == "message" }
            XCTAssertFalse(messages.isEmpty, each.database)
            for reading in messages {
                let entry = try XCTUnwrap(found[reading.guid], reading.guid)
                XCTAssertEqual(entry.text, reading.text ?? "", reading.guid)
                XCTAssertEqual(entry.dateNs, reading.dateNs, reading.guid)
                let senders = [reading.sender] + (reading.orElse?.sender ?? [])
                XCTAssertTrue(senders.contains(entry.sender), reading.guid)
                let chats = [reading.chat] + (reading.orElse?.chat ?? [])
                XCTAssertTrue(chats.contains(entry.chat), reading.guid)
            }
        }
    }
}
