package cli

import (
	"os"
	"os/exec"
)

// replace runs the command and ends with its exit code.
func replace(path string, args, env []string) error {
	cmd := &exec.Cmd{Path: path, Args: args, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	return asExit(cmd.Run())
}
