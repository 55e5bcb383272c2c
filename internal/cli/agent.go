package cli

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/agent"
	"github.com/daypass/daypass/internal/secret"
)

func newAgent(std Streams, env Env) *cobra.Command {
	var f sourceFlags
	var listenAt string
	cmd := &cobra.Command{
		Use:   "agent [flags] [-- COMMAND [ARGUMENT…]]",
		Short: "Serve temporary credentials to programs on this machine, always fresh",
		Long: `Serves credentials on a loopback address as the agents of AWS containers do:
every AWS SDK asks it, shows the authorization token that it was given, and asks
again before what it got expires.

With a command, runs it with an agent of its own, for as long as it runs. Without,
prints the variables that programs need, and serves until it is stopped; the token
is in a file of mode 0600, which is removed at the end.`,
		Example: `  daypass agent --login default -- ./long-running-job
  daypass agent --role arn:aws:iam::111122223333:role/deploy --listen 127.0.0.1:7872`,
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := f.provider(cmd, std, env)
			if err != nil {
				return err
			}
			if !isLoopback(listenAt) {
				return badUsage("--listen %q is no loopback address: credentials are for this machine alone", listenAt)
			}
			if _, err := p.Retrieve(cmd.Context()); err != nil {
				return err // better now than at the first program's expense
			}
			l, err := listen(listenAt, "--listen")
			if err != nil {
				return err
			}
			token := agent.NewToken()
			handler := agent.New(agent.Config{Provider: p, Token: token, Log: slog.New(slog.NewTextHandler(std.Err, nil))})
			url := "http://" + l.Addr().String() + agent.Path
			ctx, stop := context.WithCancel(cmd.Context())
			defer stop()
			ended := make(chan error, 1)
			go func() { ended <- agent.Serve(ctx, l, handler) }()
			if len(args) > 0 {
				return runBeside(args, std, withVariables(os.Environ(), append([]variable{
					{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", token.Reveal()},
				}, placeVariables(p.region, p.endpoint)...)))
			}
			return serveAgent(ctx, std, url, token, p, ended)
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&listenAt, "listen", "127.0.0.1:0", "loopback address of the agent; port 0 is any")
	return cmd
}

// serveAgent prints what programs need and waits for the end.
func serveAgent(ctx context.Context, std Streams, url string, token secret.String, p *source, ended <-chan error) error {
	dir, err := os.MkdirTemp("", "daypass-agent-") // mode 0700
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte(token.Reveal()), 0o600); err != nil {
		return err
	}
	all := append([]variable{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file}}, placeVariables(p.region, p.endpoint)...)
	if err := shells["sh"](std.Out, others(all)); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return <-ended
	}
}

// runBeside runs a command beside the agent, and ends with its exit code.
// Signals are the command's business: a terminal sends it them as well.
func runBeside(args []string, std Streams, env []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return fmt.Errorf("%w; is it installed?", err)
	}
	c := &exec.Cmd{Path: path, Args: args, Env: env, Stdin: std.In, Stdout: std.Out, Stderr: std.Err}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, os.Interrupt)
	defer signal.Stop(signals)
	if err := c.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				if s != os.Interrupt {
					_ = c.Process.Signal(s)
				}
			case <-done:
				return
			}
		}
	}()
	return asExit(c.Wait())
}
