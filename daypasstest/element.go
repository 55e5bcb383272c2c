package daypasstest

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// element returns the text of the first element of the name.
func element(body, name string) string {
	d := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			var text string
			if d.DecodeElement(&text, &start) != nil {
				return ""
			}
			return text
		}
	}
}
