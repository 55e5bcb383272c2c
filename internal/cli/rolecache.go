package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/daypass/daypass/internal/rolecache"
)

// userDir is where this program keeps what belongs to a user: DAYPASS_LOGIN_DIR, or
// a place of the user's own.
func userDir(env Env) (string, error) {
	if dir, _ := env("DAYPASS_LOGIN_DIR"); dir != "" {
		return dir, nil
	}
	base, err := configDir(env)
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "daypass", "login"), nil
}

// configDir is [os.UserConfigDir] of an environment.
func configDir(env Env) (string, error) {
	if runtime.GOOS == "windows" {
		return os.UserConfigDir()
	}
	if dir, _ := env("XDG_CONFIG_HOME"); filepath.IsAbs(dir) && runtime.GOOS != "darwin" {
		return dir, nil
	}
	home, _ := env("HOME")
	switch {
	case home == "":
		return "", errors.New("HOME is not set")
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Application Support"), nil
	}
	return filepath.Join(home, ".config"), nil
}

// roleCache is where the credentials of roles are kept between runs; nil where they
// are not.
func roleCache(env Env, off bool) *rolecache.Dir {
	dir, err := userDir(env)
	if off || err != nil {
		return nil
	}
	return rolecache.At(filepath.Join(dir, "roles"))
}

// noCache reads DAYPASS_NO_CACHE for 'daypass sts', whose flags are the AWS CLI's.
func noCache(env Env) (bool, error) {
	v, _ := env("DAYPASS_NO_CACHE")
	if v == "" {
		return false, nil
	}
	off, err := strconv.ParseBool(v)
	if err != nil {
		return false, badUsage("DAYPASS_NO_CACHE is %q, not true or false", v)
	}
	return off, nil
}
