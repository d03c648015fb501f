import Foundation

/// Before the text stands the type of a string: a new type code `+` of one byte.
private let stringType = Data([0x84, 0x01, 0x2B])

/// Returns the first string of an attributedBody, which is its text; nil if there is
/// none or it is cut off.
public func bodyText(_ body: Data) -> String? {
    guard let type = body.range(of: stringType) else { return nil }
    let rest = [UInt8](body[type.upperBound...])
    guard let tag = rest.first else { return nil }
    // One byte of length, or a tag and two or four bytes.
    let width = tag == 0x81 ? 2 : tag == 0x82 ? 4 : 0
    guard rest.count >= 1 + width else { return nil }
    var length = width == 0 ? Int(tag) : 0
    for place in 0..<width { length |= Int(rest[1 + place]) << (8 * place) }
    let start = 1 + width
    guard length <= rest.count - start else { return nil }
    return String(decoding: rest[start..<(start + length)], as: UTF8.self)
}
