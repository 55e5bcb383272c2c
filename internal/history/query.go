// Package history keeps the events of the last 90 days, to be looked up by what
// they are about.
package history

import (
	"errors"
	"time"
)

// Query asks for the events of an account in a Region, the newest first.
type Query struct {
	Account, Region string
	Key, Value      string    // an attribute that all have, such as EventName; "" asks for all
	Start, End      time.Time // both included; zero is no bound
	Max             int       // events in a page
	Token           string    // of the page before; "" is the first
}

// Event is one of those found. What it does not have is empty.
type Event struct {
	ID          string
	Name        string
	Source      string // "sts.amazonaws.com"
	Time        time.Time
	ReadOnly    bool
	AccessKeyID string
	Username    string // of the user, or the name of the role's session
	Resources   []Resource
	Record      string // the whole, as JSON
}

// Resource is what an event was about.
type Resource struct{ Type, Name string }

// Page is what was found.
type Page struct {
	Events []Event
	Token  string // of the next page; "" when there is none
}

// ErrToken is the refusal of a token that was not given for the query.
var ErrToken = errors.New("history: the token is not of this query")
