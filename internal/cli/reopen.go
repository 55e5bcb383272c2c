package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/daypass/daypass/internal/auditfile"
)

// reopenOnSignal has the audit file opened again on SIGHUP, as those who rotate
// files send it, until stop is called. A standard output that nobody reads any
// more is an error then, and does not end the process.
func reopenOnSignal(f *auditfile.File) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	quit := make(chan struct{})
	go func() {
		for {
			select {
			case <-hangups:
				f.Reopen()
			case <-quit:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(quit)
	}
}
