package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/installation"
)

func newBackup(std Streams, env Env) *cobra.Command {
	var p place
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a backup of the database to a file, also beside a running service",
		Long: `Write one snapshot of the database to FILE, or to standard output for "-".
The file can be restored into SQLite or PostgreSQL. Secrets in it stay wrapped
under the master key, which is not in it: keep a copy of that apart from it.`,
		Example: "  daypass backup daypass-$(date +%F).backup\n  daypass backup - | ssh vault 'cat > daypass.backup'",
		Args:    oneFile,
		RunE: withSettings(&p, env, func(cmd *cobra.Command, cfg installation.Config, name string) error {
			if name == "-" {
				rows, err := installation.Backup(cmd.Context(), cfg, std.Out)
				if err == nil {
					fmt.Fprintf(std.Err, "backed up %d rows\n", rows)
				}
				return err
			}
			rows, err := backupTo(cmd.Context(), cfg, name, overwrite)
			if err != nil {
				return err
			}
			fmt.Fprintf(std.Out, "backed up %d rows to %s; it is of use only with the master key, which is not in it\n", rows, name)
			return nil
		}),
	}
	p.register(cmd)
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace FILE if it exists")
	return cmd
}

func newRestore(std Streams, env Env) *cobra.Command {
	var p place
	var replace bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Replace what the database holds by a backup, also beside a running service",
		Long: `Replace what the database holds by the backup in FILE, or from standard input
for "-": all of it, or nothing when anything fails. The master key that the
backup was made under must be in place. Running services notice within a second.`,
		Example: "  daypass restore daypass.backup --data-dir /var/lib/daypass\n  daypass restore daypass.backup --replace",
		Args:    oneFile,
		RunE: withSettings(&p, env, func(cmd *cobra.Command, cfg installation.Config, name string) error {
			from := cmd.InOrStdin()
			if name != "-" {
				f, err := os.Open(name)
				if err != nil {
					return fmt.Errorf("opening the backup: %w", err)
				}
				defer f.Close()
				from = f
			}
			done, err := installation.Restore(cmd.Context(), cfg, from, replace)
			if err != nil {
				return fmt.Errorf("restoring %s: %w; nothing was changed", name, err)
			}
			fmt.Fprintf(std.Out, "restored %d rows of %s\n", done.Rows, done.Created.Format(time.RFC3339))
			return nil
		}),
	}
	p.register(cmd)
	cmd.Flags().BoolVar(&replace, "replace", false, "replace a database that is not empty")
	return cmd
}

func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return badUsage("%s takes one file, or - for a pipe; got %d arguments", cmd.CommandPath(), len(args))
	}
	return nil
}

// withSettings runs f with the settings of the installation that the flags
// name, and the command's argument.
func withSettings(p *place, env Env, f func(*cobra.Command, installation.Config, string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := settle(cmd, env); err != nil {
			return err
		}
		cfg, err := p.settings(env)
		if err != nil {
			return err
		}
		cfg.Log = slog.New(slog.DiscardHandler)
		return f(cmd, cfg, args[0])
	}
}

// backupTo writes the backup beside the file of the name and puts it in its
// place when it is whole and on disk, so that no failure leaves half of one, or
// takes away an older one.
func backupTo(ctx context.Context, cfg installation.Config, name string, overwrite bool) (rows int64, err error) {
	exists := fmt.Errorf("%s exists already; choose another name, or replace it with --overwrite", name)
	if _, err := os.Lstat(name); err == nil && !overwrite {
		return 0, exists
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // mode 0600
	if err != nil {
		return 0, fmt.Errorf("writing the backup: %w", err)
	}
	defer os.Remove(f.Name()) // unless it has been renamed
	rows, err = installation.Backup(ctx, cfg, f)
	if err = errors.Join(err, onDisk(f)); err != nil {
		return 0, err
	}
	if !overwrite {
		// A link never replaces a file that has come meanwhile. Where there are
		// no links, as on many a removable disk, the look above has to do.
		err := os.Link(f.Name(), name)
		if err == nil {
			return rows, nil
		}
		if errors.Is(err, fs.ErrExist) {
			return 0, exists
		}
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return 0, fmt.Errorf("writing the backup: %w", err)
	}
	return rows, nil
}

// onDisk waits until the file is on disk and closes it.
func onDisk(f *os.File) error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the backup: %w", err)
	}
	return nil
}
