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
// only if it succeeds: what a stranger claims is no record, and would fill the
// disk. The log has it.
func (p *Pipeline) record(c *Call, h Handler, err error) error {
	if c.Caller == nil && err != nil {
		return nil
	}
	r := trail.Record{
		Caller: c.Caller, Time: c.Now, Service: c.Service.API.Name, Action: c.Action, Region: c.Region,
		SourceIP: c.SourceIP, UserAgent: c.HTTP.UserAgent(), Err: awserr.From(err), RequestID: c.RequestID,
		ReadOnly: trail.IsReadOnly(c.Action), Account: c.Account, TLS: c.HTTP.TLS, Host: c.HTTP.Host,
	}
	if c.Service.Global {
		r.Region = endpoint.PartitionOf(c.Region).Global
	}
	line := lines.Get().(*[]byte)
	defer lines.Put(line)
	*line = r.Append((*line)[:0])
	return p.Spool.Append(*line, err == nil && !h.readOnly())
}

var lines = sync.Pool{New: func() any { return new([]byte) }}
