package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	maxDocument = 64 << 10 // bytes of a document with credentials
	processTime = time.Minute
)

// Process returns a provider that runs a command, the value of credential_process,
// and reads credentials from its standard output:
//
//	{"Version": 1, "AccessKeyId": "ASIA…", "SecretAccessKey": "…", "SessionToken": "…", "Expiration": "2026-01-31T12:00:00Z"}
//
// The command is split into words as a shell would, with quotes and backslashes,
// but no shell runs it: nothing in it is expanded. It has a minute. Its standard
// error is that of this process.
func Process(command string) Provider {
	return ProviderFunc(func(ctx context.Context) (Credentials, error) {
		c, err := runProcess(ctx, command)
		if err != nil {
			return c, fmt.Errorf("credential_process: %w", err)
		}
		return c, nil
	})
}

func runProcess(ctx context.Context, command string) (Credentials, error) {
	words, err := splitWords(command)
	if err != nil {
		return Credentials{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, processTime)
	defer cancel()
	out := limited{max: maxDocument}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, os.Stderr, time.Second
	if err := cmd.Run(); err != nil {
		if out.over {
			err = errTooLong
		}
		return Credentials{}, err
	}
	var doc struct {
		Version int
		document
	}
	if err := json.Unmarshal(out.buf.Bytes(), &doc); err != nil {
		return Credentials{}, errors.New("the output is not a JSON object")
	}
	if doc.Version != 1 {
		return Credentials{}, fmt.Errorf("version %d of the output is not known, only 1", doc.Version)
	}
	return doc.credentials(doc.SessionToken, "process")
}

var errTooLong = fmt.Errorf("over %d bytes of output", maxDocument)

// limited is a buffer that takes so many bytes and refuses more.
type limited struct {
	buf  bytes.Buffer // a field: embedded, its ReadFrom would go past Write
	max  int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if l.buf.Len()+len(p) > l.max {
		l.over = true
		return 0, errTooLong
	}
	return l.buf.Write(p)
}

// document is what processes, containers and instances answer.
type document struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string // of a process
	Token           string // of a container or an instance
	Expiration      string
	AccountId       string
}

func (d document) credentials(token, source string) (Credentials, error) {
	c := Credentials{AccessKeyID: d.AccessKeyId, SecretAccessKey: d.SecretAccessKey, SessionToken: token, Account: d.AccountId, Source: source}
	if err := c.check(); err != nil {
		return Credentials{}, err
	}
	if d.Expiration != "" {
		t, err := time.Parse(time.RFC3339, d.Expiration)
		if err != nil {
			return Credentials{}, errors.New("the Expiration is no time of RFC 3339")
		}
		c.Expires = t.UTC()
	}
	return c, nil
}

// splitWords splits a command as a POSIX shell does.
func splitWords(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	started, escaped := false, false
	for _, r := range command {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, started = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, started = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteRune(r)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	switch {
	case quote != 0 || escaped:
		return nil, errors.New("a quote is not closed")
	case len(words) == 0 || words[0] == "":
		return nil, errors.New("there is no command")
	}
	return words, nil
}
