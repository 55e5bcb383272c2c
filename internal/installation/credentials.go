package installation

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/daypass/daypass/internal/secret"
)

// addProfile sets a profile of a shared credentials file and leaves its others
// as they are. The file is replaced as a whole, so that a reader or a crash
// never meets half of it, and only its owner can read it.
func addProfile(name, profile, keyID string, key secret.String, region string) error {
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the credentials file: %w", err)
	}
	text := withoutProfile(string(old), profile)
	if text != "" && !strings.HasSuffix(text, "\n\n") {
		text = strings.TrimRight(text, "\n") + "\n\n"
	}
	text += fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\nregion = %s\n",
		profile, keyID, key.Reveal(), region)
	if err := replace(name, text); err != nil {
		return fmt.Errorf("writing the credentials file: %w", err)
	}
	return nil
}

func withoutProfile(text, profile string) string {
	var kept strings.Builder
	drop := false
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimSpace(line); strings.HasPrefix(trimmed, "[") {
			drop = trimmed == "["+profile+"]"
		}
		if !drop {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func replace(name, text string) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".credentials-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
