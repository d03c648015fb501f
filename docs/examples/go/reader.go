// Package chatreader reads the messages and tapbacks of an Apple Messages chat.db.
package chatreader

import (
	"database/sql"
	_ "embed"
	"net/url"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // needs no C compiler
)

//go:embed messages.sql
var messages string

var tapbacks = [...]string{
	"loved", "liked", "disliked", "laughed", "emphasized", "questioned", "emoji", "sticker",
}

// objects removes the characters that stand for files and apps.
var objects = strings.NewReplacer("\ufffc", "", "\ufffd", "")

// An Entry is one row, named as a reading names its fields. A nil pointer is null.
type Entry struct {
	GUID      string  `json:"guid"`
	RowID     int64   `json:"rowid"`
	Kind      string  `json:"kind"`
	Date      string  `json:"date"`
	DateNS    string  `json:"date_ns"`
	FromMe    bool    `json:"from_me"`
	Sender    *string `json:"sender"`
	Service   *string `json:"service"`
	Chat      *string `json:"chat"`
	ChatRowID *int64  `json:"chat_rowid"`

	// Text is what a message says; a tapback has none.
	Text *string `json:"text,omitempty"`
	*Tapback
}

// A Tapback is about the message Of; Part is nil where that is a balloon.
type Tapback struct {
	Of      string `json:"of"`
	Part    *int64 `json:"part"`
	Name    string `json:"tapback"`
	Removed bool   `json:"removed"`
}

// Read returns all rows of a chat.db, oldest first, without writing to it.
func Read(path string) ([]Entry, error) {
	file := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro"}
	database, err := sql.Open("sqlite", file.String())
	if err != nil {
		return nil, err
	}
	defer database.Close()
	rows, err := database.Query(messages)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []Entry
	for rows.Next() {
		entry, err := scan(rows)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, rows.Err()
}

// scan takes the columns in the order of messages.sql.
func scan(rows *sql.Rows) (Entry, error) {
	var entry Entry
	var text, target *string
	var body []byte
	var number int64
	err := rows.Scan(&entry.RowID, &entry.GUID, &entry.Kind, &entry.Date, &entry.DateNS,
		&entry.FromMe, &entry.Sender, &entry.Service, &entry.Chat, &entry.ChatRowID,
		&text, &body, &number, &target)
	if err != nil {
		return entry, err
	}
	if entry.Kind == "tapback" && target != nil {
		entry.Tapback = tapback(number, *target)
		return entry, nil
	}
	said, ok := bodyText(body)
	if !ok && text != nil {
		said = *text
	}
	said = objects.Replace(said)
	entry.Text = &said
	return entry, nil
}

// tapback reads a target, which is `p:0/GUID` for a part, `bp:GUID` for a balloon, or
// the GUID alone.
func tapback(number int64, target string) *Tapback {
	found := &Tapback{
		Of:      target[strings.LastIndexAny(target, "/:")+1:],
		Name:    tapbacks[number%1000],
		Removed: number >= 3000,
	}
	if rest, ok := strings.CutPrefix(target, "p:"); ok {
		before, _, _ := strings.Cut(rest, "/")
		if part, err := strconv.ParseInt(before, 10, 64); err == nil {
			found.Part = &part
		}
	}
	return found
}
