package store

import (
	"encoding/json"

	"github.com/daypass/daypass/internal/iam"
)

// Tags are one column: an entity has at most fifty, and they are always read
// and written together.

func encodeTags(tags []iam.Tag) string {
	if len(tags) == 0 {
		return "[]"
	}
	text, err := json.Marshal(tags)
	if err != nil {
		panic(err) // two strings always marshal
	}
	return string(text)
}

func decodeTags(text string) (tags []iam.Tag, err error) {
	if text == "[]" {
		return nil, nil
	}
	err = json.Unmarshal([]byte(text), &tags)
	return tags, err
}
