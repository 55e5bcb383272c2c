package stscli

import (
	"net/url"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/jmespath"
	"github.com/daypass/daypass/internal/output"
)

// globalOption is an option of every command, with its help.
type globalOption struct {
	option
	doc string
}

func globalOptions() []globalOption {
	return []globalOption{
		{option{name: "--debug", arity: noValue}, "Tell on standard error what is sent and answered, without secrets."},
		{option{name: "--endpoint-url"}, "Where to send the call, such as http://127.0.0.1:7870."},
		{option{name: "--no-verify-ssl", arity: noValue}, "Do not check the certificate of the service. Whoever sits between can read the answer."},
		{option{name: "--no-paginate", arity: noValue}, "Has no effect: no operation of STS answers in pages."},
		{option{name: "--output", choices: output.Formats()}, "How to print the answer."},
		{option{name: "--query"}, "JMESPath expression that picks from the answer."},
		{option{name: "--profile"}, "Profile of the shared config and credentials files."},
		{option{name: "--region"}, "Region to call and to sign for."},
		{option{name: "--version", arity: noValue}, "Print the version and do nothing else."},
		{option{name: "--color", choices: []string{"on", "off", "auto"}}, "Colours in tables; auto has them on terminals."},
		{option{name: "--no-sign-request", arity: noValue}, "Send no signature. No credentials are looked for."},
		{option{name: "--ca-bundle"}, "File with the certificate authorities to trust, in PEM."},
		{option{name: "--cli-read-timeout"}, "Seconds to wait for an answer, 60 by default; 0 waits for ever."},
		{option{name: "--cli-connect-timeout"}, "Seconds to wait for a connection, 60 by default; 0 waits for ever."},
		{option{name: "--v2-debug", arity: noValue}, "Has no effect: the AWS CLI warns of differences to its version 2."},
	}
}

// globalGrammar reads the global options, and the word sts.
func globalGrammar() grammar {
	var g grammar
	for _, o := range globalOptions() {
		g = append(g, &o.option)
	}
	return append(g, &option{name: "command", required: true, choices: []string{"sts"}})
}

// globals are the global options of a command line.
type globals struct {
	debug, unsigned, insecure bool
	endpoint, profile, region string
	output, color, caBundle   string
	connect, read             time.Duration // 0 for no limit
	query                     *jmespath.Expression
}

// defaultTimeout is that of connections and of answers.
const defaultTimeout = "60"

func resolve(found values) (*globals, error) {
	g := &globals{
		debug: found.has("--debug"), unsigned: found.has("--no-sign-request"), insecure: found.has("--no-verify-ssl"),
		endpoint: found.text("--endpoint-url"), profile: found.text("--profile"), region: found.text("--region"),
		output: found.text("--output"), color: found.text("--color"), caBundle: found.text("--ca-bundle"),
	}
	if found.has("--query") {
		expression := found.text("--query")
		var err error
		if g.query, err = jmespath.Compile(expression); err != nil {
			return nil, awsErrorf("Bad value for --query %s: %v", expression, err)
		}
	}
	if found.has("--endpoint-url") {
		if u, err := url.Parse(g.endpoint); err != nil || u.Scheme == "" {
			return nil, awsErrorf("Bad value for --endpoint-url \"%s\": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", g.endpoint)
		}
	}
	for name, limit := range map[string]*time.Duration{"--cli-read-timeout": &g.read, "--cli-connect-timeout": &g.connect} {
		text := defaultTimeout
		if found.has(name) {
			text = strings.TrimSpace(found.text(name))
		}
		n, err := parseInt(text)
		if err != nil {
			return nil, err
		}
		seconds := n.(int64)
		if seconds < 0 {
			kind := strings.TrimSuffix(strings.TrimPrefix(name, "--cli-"), "-timeout")
			return nil, awsErrorf("Attempted to set %s timeout to %d, but the timeout cannot be set to a value less than or equal to 0.", kind, seconds)
		}
		if seconds > maxTimeout {
			return nil, awsErrorf("Bad value for %s %s: must be 0 to %d seconds", name, text, maxTimeout)
		}
		*limit = time.Duration(seconds) * time.Second
	}
	return g, nil
}

// maxTimeout is the longest timeout in seconds: a day.
const maxTimeout = 86400
