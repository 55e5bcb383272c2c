// Package pipeline is the one way every action of every service is carried out:
//
//	decode → authenticate → validate → authorize → do → record
//
// An [Action] is data and functions: what its parameters look like, what the
// caller must be allowed to do, and the work itself. It cannot leave out a
// step, put one before another, or answer before the last one. The zero
// settings are the strict ones: an action is signed unless it says otherwise,
// and an Action without Asks panics when it is registered.
//
// The package knows nothing of HTTP answers: internal/server hands it a [Call]
// and renders what comes back.
package pipeline

import (
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/query"
)

// TxMode says what an action needs of the store.
type TxMode int

// The modes. In ReadTx and WriteTx, Call.Tx is open for Check, Asks, the
// authorization and Do, which thus see one moment of the database. A WriteTx
// commits only when Do succeeds, or refuses with [Kept]; its functions may run twice, so they have no
// effects but on Tx and their results.
const (
	NoTx TxMode = iota
	ReadTx
	WriteTx
)

// Action is one operation of an API: input struct In, output struct Out.
type Action[In, Out any] struct {
	// Name is the operation's name on the wire.
	Name string

	// Unsigned admits callers without a signature. Such an action proves in Do
	// who is there.
	Unsigned bool

	// Regional has the action served on regional endpoints only: on the global
	// one it is unknown (reference, sts-api 1.4).
	Regional bool

	// Tx is what the action needs of the store.
	Tx TxMode

	// ReadOnly says that the action neither issues nor changes anything. The
	// answer of any other leaves only when its record is durable.
	ReadOnly bool

	// MakesRoom says that the action may free a spool that is full of what cannot
	// be delivered. It is carried out then too, for those who have the permission,
	// and its record goes into the spool's reserve.
	MakesRoom bool

	// Check makes what checks the schema cannot express. Optional.
	Check func(*Call, *In) error

	// Asks says which permissions the caller needs; each must be granted.
	// [NoQuestion] is the explicit way to need none.
	Asks func(*Call, *In) ([]authz.Question, error)

	// Ahead does what has to wait for others, which no transaction may: it runs
	// before that of the work, without Call.Tx. The permission is asked for
	// before it, as nobody without one may have it run, and again after it.
	// Optional.
	Ahead func(*Call, *In) error

	// Do does the work. It runs only after all else has passed.
	Do func(*Call, *In) (*Out, error)
}

// NoQuestion is the Asks of an action that needs no permission.
func NoQuestion[In any](*Call, *In) ([]authz.Question, error) { return nil, nil }

// Handler is an [Action] of any types, in a service's table.
type Handler interface {
	action() string
	unsigned() bool
	regional() bool
	tx() TxMode
	readOnly() bool
	makesRoom() bool
	decode(c *Call) (any, error)
	check(c *Call, in any) error
	asks(c *Call, in any) ([]authz.Question, error)
	waits() bool
	ahead(c *Call, in any) error
	do(c *Call, in any) (any, error)
	complete() bool
}

func (a Action[In, Out]) action() string  { return a.Name }
func (a Action[In, Out]) unsigned() bool  { return a.Unsigned }
func (a Action[In, Out]) regional() bool  { return a.Regional }
func (a Action[In, Out]) tx() TxMode      { return a.Tx }
func (a Action[In, Out]) readOnly() bool  { return a.ReadOnly }
func (a Action[In, Out]) makesRoom() bool { return a.MakesRoom }
func (a Action[In, Out]) complete() bool {
	return a.Name != "" && a.Asks != nil && a.Do != nil && !(a.ReadOnly && a.Tx == WriteTx)
}

func (a Action[In, Out]) decode(c *Call) (any, error) {
	if c.Service.API.SpeaksJSON() {
		return query.DecodeJSON[In](c.Body, c.Service.Echo)
	}
	return query.Decode[In](c.Form, c.Service.Echo)
}

func (a Action[In, Out]) check(c *Call, in any) error {
	if a.Check == nil {
		return nil
	}
	return a.Check(c, in.(*In))
}

func (a Action[In, Out]) asks(c *Call, in any) ([]authz.Question, error) {
	return a.Asks(c, in.(*In))
}

func (a Action[In, Out]) waits() bool { return a.Ahead != nil }

func (a Action[In, Out]) ahead(c *Call, in any) error { return a.Ahead(c, in.(*In)) }

func (a Action[In, Out]) do(c *Call, in any) (any, error) {
	out, err := a.Do(c, in.(*In))
	if err != nil {
		return nil, err
	}
	return out, nil
}
