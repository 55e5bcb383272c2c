package cli

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/spf13/pflag"
)

const (
	// adminConnections is how many connections the operator's listener has.
	adminConnections = 100

	// longestProfile is how long an answer of the operator's listener may take:
	// a profile takes as long as it is asked to.
	longestProfile = 10 * time.Minute

	// otherFiles is how many file descriptors are kept for what is no connection
	// of a client: the database, the records, the operator's listener.
	otherFiles = 256
)

// bounds are the settings of what strangers may cost.
type bounds struct{ connections, refusals int }

func (b *bounds) flags(flags *pflag.FlagSet) {
	flags.IntVar(&b.connections, "max-connections", 10_000, "open connections; beyond, the one that has waited longest is closed")
	flags.IntVar(&b.refusals, "refusals-per-second", 1000, "refused requests of one address without a valid caller that are answered at once; 0 is no limit")
}

// check clamps the bound of connections to the file descriptors there are. Go
// has raised the soft limit to the hard one already.
func (b *bounds) check(log *slog.Logger) error {
	if b.connections < 1 {
		return badUsage("--max-connections %d is less than 1", b.connections)
	}
	if b.refusals < 0 {
		return badUsage("--refusals-per-second %d is less than 0", b.refusals)
	}
	if files := openFilesLimit(); files > 0 && b.connections > files-otherFiles {
		allowed := max(files-otherFiles, files/2, 1)
		log.Warn("fewer connections than --max-connections: the process may not open more files", "connections", allowed, "open-files", files)
		b.connections = allowed
	}
	return nil
}

// limit bounds what a connection may cost in time and memory.
func limit(s *http.Server, log *slog.Logger) {
	s.ReadHeaderTimeout = 10 * time.Second
	s.ReadTimeout = 30 * time.Second
	s.WriteTimeout = 60 * time.Second
	s.IdleTimeout = 120 * time.Second
	s.MaxHeaderBytes = 32 << 10
	s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	s.HTTP2 = &http.HTTP2Config{
		MaxConcurrentStreams:          32, // clients open another connection when they need more
		MaxReadFrameSize:              16 << 10,
		MaxDecoderHeaderTableSize:     4 << 10,
		MaxReceiveBufferPerConnection: 256 << 10,
		MaxReceiveBufferPerStream:     64 << 10,
		SendPingTimeout:               60 * time.Second,
		PingTimeout:                   15 * time.Second,
		WriteByteTimeout:              30 * time.Second,
	}
}
