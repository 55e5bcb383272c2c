package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A program that uses our SDK grows by at most half of what aws-sdk-go-v2 makes
// it grow by, over one that only makes a POST with net/http.
func TestTheSDKAddsHalfOfTheirWeight(t *testing.T) {
	size := map[string]int64{}
	for _, program := range []string{"bare", "ours", "theirs"} {
		file := filepath.Join(t.TempDir(), program)
		if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", file, "./testdata/weight/"+program).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", program, err, out)
		}
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size[program] = info.Size()
	}
	ours, theirs := size["ours"]-size["bare"], size["theirs"]-size["bare"]
	if ours > theirs/2 {
		t.Errorf("our SDK adds %d bytes to a program, aws-sdk-go-v2 %d", ours, theirs)
	}
}
