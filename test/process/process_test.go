package process_test

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/daypass/daypass/test/process"
)

func TestMain(m *testing.M) {
	code := m.Run()
	process.Clean()
	os.Exit(code)
}

func TestAProcessServesDiesAndStartsAgain(t *testing.T) {
	dir := t.TempDir()
	p := process.Start(t, process.Config{Dir: dir})
	a, err := process.Call(t.Context(), http.DefaultClient, p.URL, process.Root, "sts", "GetCallerIdentity")
	if err != nil || a.Text("Account") != process.Account {
		t.Fatalf("GetCallerIdentity: %v, %+v", err, a)
	}
	r, err := http.Get(p.Admin + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("/readyz answers %d", r.StatusCode)
	}
	p.Kill()

	p = process.Start(t, process.Config{Dir: dir})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Errorf("after SIGTERM daypass ends with %v, want exit code 0", err)
	}
}

// A library that calls methods by name, as text/template does, has the linker
// keep every method of everything: 11 MB more.
func TestTheProgramIsSmall(t *testing.T) {
	const most = 52 << 20 // bytes, with symbols and debug information; 35 MB without
	info, err := os.Stat(process.Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > most {
		t.Errorf("the program has %d bytes, at most %d are meant", info.Size(), most)
	}
}
