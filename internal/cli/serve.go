package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/internal/spool"
)

// drainTime is how long requests under way may take after SIGTERM.
const drainTime = 30 * time.Second

// serveFlags are the settings of the service.
type serveFlags struct {
	place
	listen, adminListen string
	publicURL           string
	tlsCert, tlsKey     string
	allowPlaintext      bool
	trustedProxies      []string
	bounds
	logFormat, logLevel string
}

func newServe(std Streams, env Env) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the service in the foreground",
		Long: `Run the service in the foreground: STS and IAM on one address.

Root credentials of the first account are made at the first start and kept in
the data directory, in the file "credentials". To choose them, set
DAYPASS_ACCOUNT_ID, DAYPASS_ROOT_ACCESS_KEY_ID and DAYPASS_ROOT_SECRET_ACCESS_KEY.
Every flag has an environment twin: --data-dir is DAYPASS_DATA_DIR.`,
		Example: "  daypass serve\n  daypass serve --data-dir /var/lib/daypass --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settle(cmd, env); err != nil {
				return err
			}
			return f.serve(cmd.Context(), std, env)
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.listen, "listen", "127.0.0.1:7870", "address of the API")
	flags.StringVar(&f.adminListen, "admin-listen", "127.0.0.1:7871", "address of health, metrics and profiles; 'off' to disable")
	flags.StringVar(&f.publicURL, "public-url", "", "what the API is known as outside, such as https://aws.example.com; begins the issuers of web identity tokens (default: --listen's address)")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "PEM file with the certificate chain; read again when it changes")
	flags.StringVar(&f.tlsKey, "tls-key", "", "PEM file with the certificate's key")
	flags.BoolVar(&f.allowPlaintext, "allow-plaintext", false, "listen on other than loopback addresses without TLS, behind a TLS proxy")
	flags.StringSliceVar(&f.trustedProxies, "trusted-proxy", nil, "network (CIDR) whose X-Forwarded-For and -Proto are believed; repeatable")
	flags.BoolVar(&f.privateIssuers, "oidc-allow-private-issuers", false, "let OpenID Connect issuers be at loopback and private addresses")
	flags.StringVar(&f.caBundle, "ca-bundle", "", "PEM file of authorities to trust in addition, for connections to identity providers and to the buckets of trails")
	flags.Int64Var(&f.spoolKeep, "spool-keep", 1<<30, "bytes of call records to keep in the data directory; the oldest go, but for what trails have not delivered: then calls are refused")
	flags.Int64Var(&f.historyKeep, "history-keep", history.DefaultKeep, "bytes of event history to keep, of the last 90 days at most; 0 has none made")
	flags.StringVar(&f.auditFile, "audit-file", "", "file to copy the records of calls to, a line of JSON each; '-' for standard output")
	f.registerSAML(cmd)
	flags.BoolVar(&f.samlOnce, "saml-once", false, "each SAML assertion is redeemed once, in all processes on the database")
	f.delivery.flags(flags)
	f.bounds.flags(flags)
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	return cmd
}

func (f *serveFlags) serve(ctx context.Context, std Streams, env Env) (err error) {
	lines := newLogWriter(std.Err)
	defer lines.close()
	std.Err = lines
	log, err := newLogger(lines, f.logFormat, f.logLevel)
	if err != nil {
		return err
	}
	lines.tell(log)
	proxies, err := parseProxies(f.trustedProxies)
	if err != nil {
		return err
	}
	tlsConfig, err := loadTLS(f.tlsCert, f.tlsKey)
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(f.listen); err != nil {
		return badUsage("--listen %q is not an address such as 127.0.0.1:7870", f.listen)
	}
	if err := checkPublicURL(f.publicURL); err != nil {
		return err
	}
	if err := f.bounds.check(log); err != nil {
		return err
	}
	chosen := rootFromEnv(env)
	if err := chosen.Check(); err != nil {
		return usageError{err}
	}
	if tlsConfig == nil && !f.allowPlaintext && !isLoopback(f.listen) {
		return badUsage("refusing to serve %s without TLS: give --tls-cert and --tls-key, or --allow-plaintext behind a TLS proxy", f.listen)
	}
	tuneRuntime(env)
	if f.spoolKeep < spool.MinKeep {
		return badUsage("--spool-keep %d is too little: at least %d", f.spoolKeep, spool.MinKeep)
	}
	if err := f.delivery.check(f.region, env, log); err != nil {
		return err
	}
	if f.historyKeep <= 0 {
		f.historyKeep = -1
	}
	f.auditOut = std.Out
	in, err := f.open(ctx, env, log, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	root, err := in.EnsureFirstAccount(ctx, chosen)
	if err != nil {
		return err
	}

	if in.Audit != nil {
		defer reopenOnSignal(in.Audit)()
	}

	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	in.Register(registry)
	gate := server.NewGate(server.GateConfig{
		Connections: f.connections, Refusals: f.refusals, Proxies: proxies, TLS: tlsConfig != nil,
	})
	gate.Register(registry)
	lines.register(registry)
	api := &http.Server{
		Handler: server.New(server.Config{
			Pipeline: in.Pipeline, Services: in.Services, Region: f.region, Proxies: proxies,
			Now: time.Now, Log: log, Metrics: server.NewMetrics(registry), Gate: gate, Documents: in.Outbound,
			SAMLMetadata: f.saml.ServiceMetadata(),
		}),
		TLSConfig: tlsConfig,
	}
	limit(api, log)
	listener, err := listen(f.listen, "--listen")
	if err != nil {
		return err
	}
	scheme := "http"
	if tlsConfig != nil {
		scheme = "https"
	}
	in.Outbound.SetURL(publicURL(f.publicURL, scheme, listener.Addr()))
	draining, drained := context.WithCancel(context.WithoutCancel(ctx))
	defer drained()
	ready := func(c context.Context) error {
		if ctx.Err() != nil {
			return errors.New("draining")
		}
		return in.Ready(c)
	}
	adminGate := server.NewGate(server.GateConfig{Connections: adminConnections})
	admin := &http.Server{Handler: adminGate.Count(server.Admin(registry, ready))}
	limit(admin, log)
	admin.WriteTimeout = longestProfile
	var adminListener net.Listener
	if f.adminListen != "off" {
		if adminListener, err = listen(f.adminListen, "--admin-listen"); err != nil {
			return errors.Join(err, listener.Close())
		}
	}

	go func() { _ = in.Watch(draining) }() // ends with draining; what fails it logs
	ended := make(chan error, 2)
	go func() { ended <- serveOn(api, gate.Guard(api, listener), tlsConfig != nil) }()
	if adminListener != nil {
		go func() { ended <- serveOn(admin, adminGate.Guard(admin, adminListener), false) }()
	}
	url := scheme + "://" + listener.Addr().String()
	if f.logFormat == "text" {
		greet(std.Err, in.CredentialsFile(), root.Account, url, f.region, chosen.AccessKeyID != "")
	}
	adminAddr := "off"
	if adminListener != nil {
		adminAddr = adminListener.Addr().String()
	}
	log.Info("ready", "address", url, "admin", adminAddr, "region", f.region, "account", root.Account, "data", f.dataDir)

	select {
	case err = <-ended:
	case <-ctx.Done():
		log.Info("draining", "for-at-most", drainTime)
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		err = api.Shutdown(stop)
		_ = admin.Close()
	}
	return err
}

// serveOn serves until the server is shut down, which is no error.
func serveOn(s *http.Server, l net.Listener, secure bool) (err error) {
	if secure {
		err = s.ServeTLS(l, "", "")
	} else {
		err = s.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func listen(addr, flag string) (net.Listener, error) {
	// No probes of silent connections: the servers' time limits end them.
	l, err := (&net.ListenConfig{KeepAlive: -1}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with %s", err, flag)
	}
	return l, nil
}

// isLoopback reports whether addr can be reached from this machine only.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func parseProxies(texts []string) (server.Proxies, error) {
	var proxies server.Proxies
	for _, text := range texts {
		prefix, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, badUsage("--trusted-proxy %q is not a network such as 10.0.0.0/8", text)
		}
		proxies = append(proxies, prefix.Masked())
	}
	return proxies, nil
}

func rootFromEnv(env Env) installation.Root {
	account, _ := env("DAYPASS_ACCOUNT_ID")
	id, _ := env("DAYPASS_ROOT_ACCESS_KEY_ID")
	root := installation.Root{Account: account, AccessKeyID: id}
	if key, _ := env("DAYPASS_ROOT_SECRET_ACCESS_KEY"); key != "" {
		root.Secret = secret.New(key)
	}
	return root
}

// greet tells how to use the service from a shell, without showing a secret.
func greet(w io.Writer, credentials, account, url, region string, chosen bool) {
	fmt.Fprintf(w, "Daypass serves account %s at %s. To use it from a shell:\n\n", account, url)
	fmt.Fprintf(w, "  export AWS_ENDPOINT_URL=%[1]s AWS_ENDPOINT_URL_STS=%[1]s\n", url)
	fmt.Fprintf(w, "  export AWS_REGION=%[1]s AWS_DEFAULT_REGION=%[1]s\n", region)
	if chosen {
		fmt.Fprint(w, "  export AWS_ACCESS_KEY_ID=\"$DAYPASS_ROOT_ACCESS_KEY_ID\" AWS_SECRET_ACCESS_KEY=\"$DAYPASS_ROOT_SECRET_ACCESS_KEY\"\n")
	} else {
		fmt.Fprintf(w, "  export AWS_SHARED_CREDENTIALS_FILE=%s AWS_PROFILE=daypass-root\n", credentials)
	}
	fmt.Fprint(w, "  aws sts get-caller-identity\n\n")
}
