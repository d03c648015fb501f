import CSQLite
import Foundation

/// One row, named as a reading names its fields.
public struct Entry: Encodable {
    public enum Kind: String, Encodable { case message, tapback }

    public let rowid: Int64
    public let guid: String
    public let kind: Kind
    public let date: String
    public let dateNs: String
    public let fromMe: Bool
    public let sender: String?
    public let service: String?
    public let chat: String?
    public let chatRowid: Int64?
    public let text: String?
    public let tapback: Tapback?

    enum CodingKeys: String, CodingKey {
        case rowid, guid, kind, date, sender, service, chat, text
        case dateNs = "date_ns", fromMe = "from_me", chatRowid = "chat_rowid"
    }

    /// Writes null where there is nothing, and a tapback's fields beside the others.
    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(rowid, forKey: .rowid)
        try fields.encode(guid, forKey: .guid)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(date, forKey: .date)
        try fields.encode(dateNs, forKey: .dateNs)
        try fields.encode(fromMe, forKey: .fromMe)
        try fields.encode(sender, forKey: .sender)
        try fields.encode(service, forKey: .service)
        try fields.encode(chat, forKey: .chat)
        try fields.encode(chatRowid, forKey: .chatRowid)
        try fields.encodeIfPresent(text, forKey: .text)
        try tapback?.encode(to: encoder)
    }
}

/// What a tapback is about; `part` is nil where that is a balloon.
public struct Tapback: Encodable {
    static let names = [
        "loved", "liked", "disliked", "laughed", "emphasized", "questioned", "emoji", "sticker",
    ]

    public let of: String
    public let part: Int?
    public let tapback: String
    public let removed: Bool

    enum CodingKeys: CodingKey { case of, part, tapback, removed }

    /// Reads a target: `p:0/GUID` for a part, `bp:GUID` for a balloon, or the GUID alone.
    init(number: Int, target: String) {
        of = target.split(whereSeparator: { $0 == "/" || $0 == ":" }).last.map(String.init) ?? ""
        part = target.hasPrefix("p:") ? Int(target.dropFirst(2).prefix { $0 != "/" }) : nil
        tapback = Tapback.names[number % 1000]
        removed = number >= 3000
    }

    public func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(of, forKey: .of)
        try fields.encode(part, forKey: .part)
        try fields.encode(tapback, forKey: .tapback)
        try fields.encode(removed, forKey: .removed)
    }
}

public struct SQLiteError: Error, CustomStringConvertible {
    public let description: String
    init(_ database: OpaquePointer?) { description = String(cString: sqlite3_errmsg(database)) }
}

/// Reads a chat.db, oldest first, without writing to it.
public func read(_ path: String) throws -> [Entry] {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    guard sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
        throw SQLiteError(database)
    }
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(database, messagesSQL, -1, &statement, nil) == SQLITE_OK else {
        throw SQLiteError(database)
    }
    defer { sqlite3_finalize(statement) }
    var entries: [Entry] = []
    var result = sqlite3_step(statement)
    while result == SQLITE_ROW {
        entries.append(Entry(Row(statement: statement)))
        result = sqlite3_step(statement)
    }
    guard result == SQLITE_DONE else { throw SQLiteError(database) }
    return entries
}

/// The columns of the current row.
struct Row {
    let statement: OpaquePointer?

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func text(_ column: Int32) -> String? {
        sqlite3_column_text(statement, column).map { String(cString: $0) }
    }

    func data(_ column: Int32) -> Data? {
        guard let bytes = sqlite3_column_blob(statement, column) else { return nil }
        return Data(bytes: bytes, count: Int(sqlite3_column_bytes(statement, column)))
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }
}

extension Entry {
    init(_ row: Row) {
        rowid = row.integer(0)
        guid = row.text(1) ?? ""
        kind = row.text(2) == "tapback" ? .tapback : .message
        date = row.text(3) ?? ""
        dateNs = row.text(4) ?? ""
        fromMe = row.integer(5) != 0
        sender = row.text(6)
        service = row.text(7)
        chat = row.text(8)
        chatRowid = row.isNull(9) ? nil : row.integer(9)
        if kind == .tapback {
            text = nil
            tapback = Tapback(number: Int(row.integer(12)), target: row.text(13) ?? "")
        } else {
            // Without the characters that stand for files and apps.
            let said = row.data(11).flatMap(bodyText) ?? row.text(10) ?? ""
            text = String(String.UnicodeScalarView(
                said.unicodeScalars.filter { $0 != "\u{FFFC}" && $0 != "\u{FFFD}" }))
            tapback = nil
        }
    }
}
