package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// parseLogLine reads a line of the service's log, in either of its formats. What
// comes before it, as from a journal, is passed over. It returns nil for a line
// that is none.
func parseLogLine(line string) map[string]string {
	if start := strings.Index(line, `{"time":"`); start >= 0 {
		return parseJSONLine(line[start:])
	}
	if start := strings.Index(line, "time="); start >= 0 {
		return parseTextLine(line[start:])
	}
	return nil
}

func parseJSONLine(line string) map[string]string {
	var values map[string]any
	if json.Unmarshal([]byte(line), &values) != nil {
		return nil
	}
	texts := make(map[string]string, len(values))
	for name, v := range values {
		switch v := v.(type) {
		case string:
			texts[name] = v
		case float64:
			texts[name] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			texts[name] = fmt.Sprint(v)
		}
	}
	return texts
}

// parseTextLine reads name=value pairs; a value with spaces is quoted as in Go.
func parseTextLine(line string) map[string]string {
	texts := map[string]string{}
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " ") {
		name, rest, ok := strings.Cut(line, "=")
		if !ok {
			return nil
		}
		value, after, _ := strings.Cut(rest, " ")
		if strings.HasPrefix(rest, `"`) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil
			}
			if value, err = strconv.Unquote(quoted); err != nil {
				return nil
			}
			after = rest[len(quoted):]
		}
		texts[name], line = value, after
	}
	return texts
}
