package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// source finds credentials where AWS's tools look for them: in the environment
// (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), or in the
// profile AWS_PROFILE of the shared files. Files are read again from time to
// time, so that what is replaced there is used.
type source struct {
	env func(string) (string, bool)
}

// rereadAfter is how long credentials of a file are used.
const rereadAfter = time.Minute

func newSource(env func(string) (string, bool)) *source {
	if env == nil {
		env = os.LookupEnv
	}
	return &source{env}
}

var errNoCredentials = errors.New("no credentials for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE and AWS_SHARED_CREDENTIALS_FILE, in the environment of the service")

// Retrieve implements [aws.CredentialsProvider]. Its errors name files and
// profiles, and nothing that is in them.
func (s *source) Retrieve(context.Context) (c aws.Credentials, err error) {
	id, _ := s.env("AWS_ACCESS_KEY_ID")
	key, _ := s.env("AWS_SECRET_ACCESS_KEY")
	if id != "" && key != "" {
		token, _ := s.env("AWS_SESSION_TOKEN")
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: key, SessionToken: token, Source: "environment"}, nil
	}
	profile, _ := s.env("AWS_PROFILE")
	profile = cmp.Or(profile, "default")
	for _, f := range []struct{ variable, name, section string }{
		{"AWS_SHARED_CREDENTIALS_FILE", "credentials", profile},
		{"AWS_CONFIG_FILE", "config", "profile " + profile},
	} {
		name, err := s.file(f.variable, f.name)
		if err != nil {
			continue // no home directory
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return c, fmt.Errorf("reading the credentials for the bucket: %w", err)
		}
		section := readSection(string(text), f.section)
		if section == nil && profile == "default" {
			section = readSection(string(text), profile)
		}
		if id, key := section["aws_access_key_id"], section["aws_secret_access_key"]; id != "" && key != "" {
			return aws.Credentials{
				AccessKeyID: id, SecretAccessKey: key, SessionToken: section["aws_session_token"],
				Source: "shared files", CanExpire: true, Expires: time.Now().Add(rereadAfter),
			}, nil
		}
	}
	return c, errNoCredentials
}

// file returns the name of a shared file.
func (s *source) file(variable, name string) (string, error) {
	if file, _ := s.env(variable); file != "" {
		return file, nil
	}
	home, _ := s.env("HOME")
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return "", err
		}
	}
	return filepath.Join(home, ".aws", name), nil
}

// readSection returns the settings of a section of a shared file; nil when
// there is none. Nested settings, which are indented, are passed over.
func readSection(text, section string) map[string]string {
	var found map[string]string
	in := false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "", trimmed[0] == '#', trimmed[0] == ';':
		case trimmed[0] == '[':
			name, _, ok := strings.Cut(trimmed[1:], "]")
			in = ok && strings.Join(strings.Fields(name), " ") == section
			if in && found == nil {
				found = map[string]string{}
			}
		case in && line[0] != ' ' && line[0] != '\t':
			if name, value, ok := strings.Cut(trimmed, "="); ok {
				found[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
			}
		}
	}
	return found
}
