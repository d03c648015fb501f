package chatreader

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Holds the reader against databases whose truth is known.
//
//	imessage-foundry export fixtures --scenario kinds,small && go test ./...

type manifest struct {
	Databases []struct{ Database, Truth string }
}

type truth struct {
	Readings []struct {
		GUID, Kind, Text string
		DateNS           string `json:"date_ns"`
		Sender, Chat     *string
		OrElse           struct{ Sender, Chat []*string } `json:"or_else"`
	}
}

func inFixtures(path string) string {
	folder := os.Getenv("IMESSAGE_FIXTURES")
	if folder == "" {
		folder = "fixtures"
	}
	return filepath.Join(folder, path)
}

func load(t *testing.T, into any, path string) {
	t.Helper()
	data, err := os.ReadFile(inFixtures(path))
	if err != nil {
		t.Fatalf("%v\nrun `imessage-foundry export fixtures`", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func isOneOf(said *string, right ...*string) bool {
	return slices.ContainsFunc(right, func(each *string) bool {
		return said == each || said != nil && each != nil && *said == *each
	})
}

func TestReadsEveryMessage(t *testing.T) {
	var set manifest
	load(t, &set, "manifest.json")
	for _, each := range set.Databases {
		t.Run(each.Database, func(t *testing.T) { holds(t, each.Database, each.Truth) })
	}
}

func holds(t *testing.T, database, told string) {
	var known truth
	load(t, &known, told)
	entries, err := Read(inFixtures(database))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Entry{}
	for _, entry := range entries {
		found[entry.GUID] = entry
	}
	count := 0
	for _, reading := range known.Readings {
		if reading.Kind != "message" {
			continue
		}
		count++
		entry := found[reading.GUID]
		if entry.Text == nil || *entry.Text != reading.Text || entry.DateNS != reading.DateNS {
			t.Errorf("%s: said %+v, true is %+v", reading.GUID, entry, reading)
		}
		if !isOneOf(entry.Sender, append(reading.OrElse.Sender, reading.Sender)...) ||
			!isOneOf(entry.Chat, append(reading.OrElse.Chat, reading.Chat)...) {
			t.Errorf("%s: sender or chat of %+v, true is %+v", reading.GUID, entry, reading)
		}
	}
	if count == 0 {
		t.Error("the truth has no message")
	}
}

func TestBodyThatIsCutOffHasNoText(t *testing.T) {
	for _, body := range [][]byte{{0x84, 1, '+'}, {0x84, 1, '+', 0x81, 5}, {0x84, 1, '+', 5, 'a'}} {
		if text, ok := bodyText(body); ok {
			t.Errorf("%x: %q", body, text)
		}
	}
}
