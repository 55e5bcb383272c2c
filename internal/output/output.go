// Package output prints answers as the AWS CLI does, byte for byte.
//
//	json   four spaces of indentation, keys in the order of the answer
//	text   values with tabs between them, keys sorted and not shown
//	table  boxes, on a terminal with colours
//	yaml   keys sorted; version 1 of the AWS CLI has none, version 2 has
//	off    nothing
//
// Values are those of package ordered.
package output

import (
	"bytes"
	"fmt"
	"io"

	"github.com/daypass/daypass/internal/ordered"
)

// Formats are the names of the formats.
func Formats() []string { return []string{"json", "text", "table", "yaml", "off"} }

// Options are what a format may need to know. The zero value prints tables without
// colours, 80 columns wide at most where that can be had.
type Options struct {
	Title string // of a table: the name of the operation
	Color bool   // in tables
	Width int    // of the terminal, in columns; 80 when 0
}

// Print prints v. Of values that a format cannot show, a part may be printed
// before the error.
func Print(w io.Writer, format string, v any, o Options) error {
	var b bytes.Buffer
	var err error
	switch format {
	case "json":
		if e, ok := v.(*ordered.Object); ok && e.Len() == 0 {
			return nil
		}
		b.Write(append(ordered.AppendJSON(nil, v, ordered.Style{Indent: 4}), '\n'))
	case "text":
		err = text(&b, v, "", nil)
	case "table":
		err = table(&b, v, o)
	case "yaml":
		err = yamlText(&b, v)
	case "off":
		return nil
	default:
		return failure("Unknown output type: %s", format)
	}
	if _, werr := w.Write(b.Bytes()); werr != nil {
		return werr
	}
	return err
}

// awsError is an error in the words of the AWS CLI, which are sentences.
type awsError string

func (e awsError) Error() string { return string(e) }

func failure(format string, args ...any) error { return awsError(fmt.Sprintf(format, args...)) }

// isScalar reports whether v is neither list nor object.
func isScalar(v any) bool {
	switch v.(type) {
	case []any, *ordered.Object:
		return false
	}
	return true
}
