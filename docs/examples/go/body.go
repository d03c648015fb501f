package chatreader

import (
	"bytes"
	"encoding/binary"
)

// Before the text stands the type of a string: a new type code `+` of one byte.
var stringType = []byte{0x84, 0x01, '+'}

// bodyText returns the first string of an attributedBody, which is its text; false if
// there is none or it is cut off.
func bodyText(body []byte) (string, bool) {
	_, rest, found := bytes.Cut(body, stringType)
	if !found || len(rest) == 0 {
		return "", false
	}
	// One byte of length, or a tag and two or four bytes.
	tag, rest := rest[0], rest[1:]
	length := uint64(tag)
	switch {
	case tag == 0x81 && len(rest) >= 2:
		length, rest = uint64(binary.LittleEndian.Uint16(rest)), rest[2:]
	case tag == 0x82 && len(rest) >= 4:
		length, rest = uint64(binary.LittleEndian.Uint32(rest)), rest[4:]
	}
	if length > uint64(len(rest)) {
		return "", false
	}
	return string(rest[:length]), true
}
