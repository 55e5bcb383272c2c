package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/credentials"
)

// variable is one of the environment, to be set, or unset when it has no value.
type variable struct{ name, value string }

// credentialVariables are those that every AWS SDK takes credentials from.
func credentialVariables(c credentials.Credentials, region, endpoint string) []variable {
	all := []variable{{"AWS_ACCESS_KEY_ID", c.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey}}
	add := func(name, value string) {
		if value != "" {
			all = append(all, variable{name, value})
		}
	}
	add("AWS_SESSION_TOKEN", c.SessionToken)
	if !c.Expires.IsZero() {
		add("AWS_CREDENTIAL_EXPIRATION", c.Expires.UTC().Format(time.RFC3339))
	}
	return append(all, placeVariables(region, endpoint)...)
}

// placeVariables say where the service is. Some SDKs read the one name and some
// the other.
func placeVariables(region, endpoint string) (all []variable) {
	if region != "" {
		all = append(all, variable{"AWS_REGION", region}, variable{"AWS_DEFAULT_REGION", region})
	}
	if endpoint != "" {
		all = append(all, variable{"AWS_ENDPOINT_URL", endpoint}, variable{"AWS_ENDPOINT_URL_STS", endpoint})
	}
	return all
}

// sources are the variables that name credentials: those that are not set anew
// must go, or an SDK might take another identity.
var sources = []string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
}

// others are the variables that name credentials and are not among all, to be unset,
// and then all.
func others(all []variable) []variable {
	var out []variable
	for _, name := range sources {
		if !slices.ContainsFunc(all, func(v variable) bool { return v.name == name }) {
			out = append(out, variable{name: name})
		}
	}
	return append(out, all...)
}

// withVariables is the environment env, as NAME=VALUE, with other credentials in
// it.
func withVariables(env []string, set []variable) []string {
	gone := make(map[string]bool)
	for _, name := range sources {
		gone[name] = true
	}
	for _, v := range set {
		gone[v.name] = true
	}
	var all []string
	for _, line := range env {
		if name, _, _ := strings.Cut(line, "="); !gone[name] {
			all = append(all, line)
		}
	}
	for _, v := range set {
		all = append(all, v.name+"="+v.value)
	}
	return all
}

// shells are the ways to print variables.
var shells = map[string]func(w io.Writer, all []variable) error{
	"sh": func(w io.Writer, all []variable) error {
		return eachVariable(w, all, "export %s=%s\n", quotePOSIX, "unset %s\n")
	},
	"fish": func(w io.Writer, all []variable) error {
		return eachVariable(w, all, "set -gx %s %s;\n", quoteFish, "set -e %s;\n")
	},
	"powershell": func(w io.Writer, all []variable) error {
		return eachVariable(w, all, "$Env:%s = %s\n", quotePowerShell, "Remove-Item -ErrorAction SilentlyContinue Env:%s\n")
	},
	"dotenv": func(w io.Writer, all []variable) error {
		return eachVariable(w, all, "%s=%s\n", func(s string) string { return s }, "")
	},
	"json": func(w io.Writer, all []variable) error {
		object := make(map[string]string)
		for _, v := range all {
			if v.value != "" {
				object[v.name] = v.value
			}
		}
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(object)
	},
}

// eachVariable prints variables that have a value by one format, the others by unset,
// "" where there is no way to say it.
func eachVariable(w io.Writer, all []variable, format string, quote func(string) string, unset string) error {
	for _, v := range all {
		var err error
		switch {
		case strings.ContainsAny(v.value, "\r\n\x00"):
			return fmt.Errorf("%s has a line break, which no shell gets right", v.name)
		case v.value != "":
			_, err = fmt.Fprintf(w, format, v.name, quote(v.value))
		case unset != "":
			_, err = fmt.Fprintf(w, unset, v.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func quotePOSIX(s string) string      { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
func quotePowerShell(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func quoteFish(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
