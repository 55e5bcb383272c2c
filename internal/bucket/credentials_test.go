package bucket

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Keys in a file are replaced while the process runs, as an operator would.
func TestKeysInAFileAreReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	source := newSource(func(name string) (string, bool) {
		switch name {
		case "AWS_SHARED_CREDENTIALS_FILE":
			return file, true
		case "AWS_EC2_METADATA_DISABLED":
			return "true", true
		}
		return "", false
	})
	for _, key := range []string{"FIRST", "SECOND"} {
		if err := os.WriteFile(file, []byte("[default]\naws_access_key_id="+key+"\naws_secret_access_key=secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := source.Retrieve(t.Context())
		if err != nil || c.AccessKeyID != key {
			t.Errorf("got the key %s, want %s (%v)", c.AccessKeyID, key, err)
		}
		if left := time.Until(c.Expires); !c.CanExpire || left <= 0 || left > rereadAfter {
			t.Errorf("%s is used for %v", key, left)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if c, err := source.Retrieve(t.Context()); err == nil {
		t.Errorf("without the file the key is %s", c.AccessKeyID)
	}
}
