package history_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/test/postgres"
)

// TestReplicasFindTheEventsOfAll on PostgreSQL, each with a spool of its own.
func TestReplicasFindTheEventsOfAll(t *testing.T) {
	url := postgres.Start(t).FreshDatabase(t)
	now := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	var replicas []*history.History
	for i := range 2 {
		dir := filepath.Join(t.TempDir(), "spool")
		s, err := spool.Open(spool.Config{Dir: dir, Ephemeral: true})
		if err != nil {
			t.Fatal(err)
		}
		for n := range 700 { // two blocks
			record := fmt.Sprintf(`{"eventTime":"2026-11-02T09:%02d:%02dZ","eventSource":"sts.amazonaws.com","eventName":"GetCallerIdentity","awsRegion":"us-east-1",`+
				`"eventID":"00000000-0000-4000-8000-00000000%d%03d","readOnly":true,"recipientAccountId":"111122223333","padding":"%0900d"}`, n/60, n%60, i, n, n)
			if err := s.Append([]byte(record), false); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		h, err := history.Open(history.Config{Spool: dir, DatabaseURL: url, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = h.Close() }()
		replicas = append(replicas, h)
	}
	for i, h := range replicas {
		n := 0
		for range 500 {
			n = count(t, h)
			if n == 1400 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if n != 1400 {
			t.Errorf("replica %d finds %d events, want 1400", i+1, n)
		}
	}
}

// count follows the pages to the end, and fails when they are not in order.
func count(t *testing.T, h *history.History) (n int) {
	t.Helper()
	q := history.Query{Account: "111122223333", Region: "us-east-1", Key: "EventName", Value: "GetCallerIdentity"}
	last := ""
	for {
		page, err := h.Lookup(t.Context(), q)
		if err != nil {
			return 0 // not open yet
		}
		for _, e := range page.Events {
			key := e.Time.Format(time.RFC3339) + e.ID
			if last != "" && key >= last {
				t.Fatalf("%s comes after %s", key, last)
			}
			last, n = key, n+1
		}
		if q.Token = page.Token; q.Token == "" {
			return n
		}
	}
}
