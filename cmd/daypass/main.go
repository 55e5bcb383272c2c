// Command daypass is a self-hosted Security Token Service: the service, and the
// commands that look after it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/daypass/daypass/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.LookupEnv)
	stop()
	os.Exit(code)
}
