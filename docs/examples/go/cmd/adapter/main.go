// Adapter prints what the reader says of a file as readings, one a line.
//
//	go build ./cmd/adapter && imessage-foundry conform -- ./adapter {db}
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	chatreader "example.org/chatreader"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: adapter CHAT.DB")
	}
	if err := answer(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func answer(path string) error {
	entries, err := chatreader.Read(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	lines := json.NewEncoder(out)
	for _, entry := range entries {
		if err := lines.Encode(entry); err != nil {
			return err
		}
	}
	return out.Flush()
}
