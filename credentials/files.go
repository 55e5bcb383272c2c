package credentials

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// MaxFile is the largest config or credentials file in bytes.
const MaxFile = 1 << 20

// Files is what the shared config and credentials files say:
//
//	# ~/.aws/config                     # ~/.aws/credentials
//	[default]                           [default]
//	region = eu-west-1                  aws_access_key_id = AKIA…
//	[profile build]                     aws_secret_access_key = …
//	role_arn = arn:aws:iam::…:role/b
//	source_profile = default
//	services = local
//	[services local]
//	sts =
//	  endpoint_url = http://127.0.0.1:7870
//
// A profile may be in both: what the credentials file says goes before. A section
// that comes twice is one; the later value counts. The names of settings are read
// in lower case. Sections of the config file of no known kind are passed over,
// as AWS's tools do.
type Files struct {
	profiles map[string]map[string]string            // name, setting
	services map[string]map[string]map[string]string // name, service, setting
}

// Profile is the settings of a profile.
type Profile struct {
	Name     string
	settings map[string]string
}

// Get returns a setting, "" when there is none.
func (p Profile) Get(setting string) string { return p.settings[setting] }

// Profile returns the profile of a name, and whether there is one.
func (f *Files) Profile(name string) (Profile, bool) {
	s, ok := f.profiles[name]
	return Profile{name, s}, ok
}

// Service returns a setting of a service, from the services section that the
// profile names: Service(p, "sts", "endpoint_url").
func (f *Files) Service(p Profile, service, setting string) (string, error) {
	name := p.Get("services")
	if name == "" {
		return "", nil
	}
	section, ok := f.services[name]
	if !ok {
		return "", fmt.Errorf("profile %s names the services section %s, which does not exist", p.Name, name)
	}
	return section[service][setting], nil
}

// ReadFiles reads the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE
// name, ~/.aws/config and ~/.aws/credentials by default. A file that does not
// exist is empty. getenv is os.Getenv when nil.
func ReadFiles(getenv func(string) string) (*Files, error) {
	if getenv == nil {
		getenv = os.Getenv
	}
	home := getenv("HOME")
	if home == "" {
		home, _ = os.UserHomeDir()
	}
	read := func(variable, name string) ([]byte, error) {
		path := getenv(variable)
		switch {
		case path == "" && home == "":
			return nil, nil
		case path == "":
			path = filepath.Join(home, ".aws", name)
		case path == "~" || strings.HasPrefix(path, "~/"):
			path = home + path[1:]
		}
		return readFile(path)
	}
	config, err := read("AWS_CONFIG_FILE", "config")
	if err != nil {
		return nil, err
	}
	keys, err := read("AWS_SHARED_CREDENTIALS_FILE", "credentials")
	if err != nil {
		return nil, err
	}
	return ParseFiles(config, keys)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err == nil && len(data) > MaxFile {
		err = fmt.Errorf("%s has over %d bytes", path, MaxFile)
	}
	return data, err
}

// ParseFiles reads the text of a config and of a credentials file.
func ParseFiles(config, keys []byte) (*Files, error) {
	f := &Files{profiles: make(map[string]map[string]string), services: make(map[string]map[string]map[string]string)}
	sections, err := parse(config)
	if err != nil {
		return nil, fmt.Errorf("config file: %w", err)
	}
	for _, s := range sections {
		f.addConfig(s)
	}
	// A [profile default] stands before [default], wherever they are.
	for _, s := range sections {
		if kind, name := s.kind(); kind == "profile" && name == "default" {
			f.profiles["default"] = nil
		}
	}
	for _, s := range sections {
		if kind, name := s.kind(); kind == "profile" && name == "default" {
			f.addProfile(name, s)
		}
	}
	if sections, err = parse(keys); err != nil {
		return nil, fmt.Errorf("credentials file: %w", err)
	}
	for _, s := range sections {
		f.addProfile(s.name, s)
	}
	return f, nil
}

func (f *Files) addConfig(s section) {
	kind, name := s.kind()
	switch {
	case kind == "" && name == "default":
		f.addProfile(name, s)
	case kind == "profile":
		f.addProfile(name, s)
	case kind == "services":
		if f.services[name] == nil {
			f.services[name] = make(map[string]map[string]string)
		}
		for _, l := range s.settings {
			if f.services[name][l.key] == nil {
				f.services[name][l.key] = make(map[string]string)
			}
			for _, n := range l.nested {
				f.services[name][l.key][n.key] = n.value
			}
		}
	}
}

func (f *Files) addProfile(name string, s section) {
	if f.profiles[name] == nil {
		f.profiles[name] = make(map[string]string)
	}
	for _, l := range s.settings {
		f.profiles[name][l.key] = l.value
	}
}

// section is a section of a file as written.
type section struct {
	name     string
	settings []setting
}

type setting struct {
	key, value string
	nested     []setting
}

// kind splits "profile build" or "services local".
func (s section) kind() (kind, name string) {
	kind, name, two := strings.Cut(s.name, " ")
	if !two {
		return "", s.name
	}
	return kind, strings.Trim(strings.TrimSpace(name), `"'`)
}

// parse reads the lines of a file.
func parse(data []byte) ([]section, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("over %d bytes", MaxFile)
	}
	var all []section
	number := 0
	for raw := range bytes.Lines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) {
		number++
		line := strings.TrimRight(string(raw), "\r\n")
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		bad := func(what string) error { return fmt.Errorf("line %d: %s", number, what) } // not the line: it may be a secret
		indented := line[0] == ' ' || line[0] == '\t'
		switch {
		case text[0] == '[' && !indented:
			name, rest, closed := strings.Cut(text[1:], "]")
			if rest = strings.TrimSpace(rest); !closed || rest != "" && rest[0] != '#' && rest[0] != ';' {
				return nil, bad("a section is written [name]")
			}
			all = append(all, section{name: strings.Join(strings.Fields(name), " ")})
		case len(all) == 0:
			return nil, bad("a setting stands before the first section")
		case indented && len(all[len(all)-1].settings) > 0:
			settings := all[len(all)-1].settings
			last := &settings[len(settings)-1]
			if last.value != "" { // the value goes on
				last.value += "\n" + withoutComment(text)
				continue
			}
			key, value, ok := strings.Cut(text, "=")
			if !ok {
				return nil, bad("a nested setting is written name = value")
			}
			last.nested = append(last.nested, newSetting(key, value))
		default:
			key, value, ok := strings.Cut(text, "=")
			if !ok || strings.TrimSpace(key) == "" {
				return nil, bad("a setting is written name = value")
			}
			s := &all[len(all)-1]
			s.settings = append(s.settings, newSetting(key, value))
		}
	}
	return all, nil
}

func newSetting(key, value string) setting {
	return setting{key: strings.ToLower(strings.TrimSpace(key)), value: withoutComment(value)}
}

// withoutComment cuts a comment off a value: it begins with # or ; after a space.
func withoutComment(value string) string {
	for i := range len(value) {
		if (value[i] == '#' || value[i] == ';') && i > 0 && (value[i-1] == ' ' || value[i-1] == '\t') {
			value = value[:i]
			break
		}
	}
	return strings.TrimSpace(value)
}
