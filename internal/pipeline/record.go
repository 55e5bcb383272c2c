package pipeline

import (
	"sync"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/trail"
)

// record writes the call to the spool. It returns once the record is durable
// when the call issued or changed something, and fails when that cannot be had:
// the call must not be answered then, whatever became of it.
//
// A call that nobody signed, or whose signature proves nothing, is recorded
// only if it succeeds or somebody is vouched for: what a stranger claims is no
// record, and would fill the disk. The log has it.
//
// A call that succeeded with a resource of another account is recorded in the
// trails of both.
func (p *Pipeline) record(c *Call, h Handler, out any, err error) error {
	if p.unrecorded || err != nil && c.Caller == nil && c.Vouched == nil {
		return nil
	}
	r := trail.Record{
		Caller: c.Caller, Vouched: c.Vouched, Time: c.Now, Service: c.Service.API.Name, Action: c.Action, Region: c.Region,
		SourceIP: c.SourceIP, UserAgent: c.HTTP.UserAgent(), Err: awserr.From(err), In: c.in, Out: out, HideTokens: p.HideTokens,
		RequestID: c.RequestID, ReadOnly: trail.IsReadOnly(c.Action), Resources: c.resources, Account: c.Account,
		TLS: c.HTTP.TLS, Host: c.HTTP.Host,
	}
	switch {
	case c.Service.Global:
		r.Region = endpoint.PartitionOf(c.Region).Global
	case endpoint.IsGlobalSTS(c.HTTP.Host):
		r.Global = true
	}
	durable := err == nil && !h.readOnly()
	line := lines.Get().(*[]byte)
	defer lines.Put(line)
	other := ""
	if err == nil {
		other = c.otherAccount()
	}
	if other == "" {
		*line = r.Append((*line)[:0])
		if h.makesRoom() && c.permitted {
			return p.Spool.AppendReserve(*line)
		}
		return p.Spool.Append(*line, durable)
	}
	r.SharedID = trail.NewID()
	*line = r.Append((*line)[:0])
	n := len(*line)
	r.Account = other
	*line = r.Append(*line)
	return p.Spool.AppendAll(durable, (*line)[:n], (*line)[n:])
}

// otherAccount is the account of a resource that is not the caller's; "" when
// there is none.
func (c *Call) otherAccount() string {
	for _, of := range c.resources {
		if of.Account != c.Account {
			return of.Account
		}
	}
	return ""
}

var lines = sync.Pool{New: func() any { return new([]byte) }}
