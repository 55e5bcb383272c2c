package sigv4

import "net/http"

// CheckURI reports whether the path of r is one a server may look at (check 1):
// absolute, with well-formed escapes, and never climbing above the root. Its
// error has a status (400) and neither code nor message.
func CheckURI(r *http.Request) error { return nil }

// CheckQuery reports whether every escape in a raw query string is well-formed
// (check 4). [Parse] makes the same check; a server calls this one for actions
// that are not signed.
func CheckQuery(rawQuery string) error { return nil }
