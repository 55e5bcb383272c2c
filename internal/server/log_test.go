package server_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
)

// lines is a log that requests write beside each other.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestTheLogRepeatsNoAuthorizationHeader(t *testing.T) {
	var log lines
	s := daypasstest.New(t, daypasstest.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
	for _, header := range []string{
		"AWS4-HMAC-SHA256 Credential=AKID/20260131/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=hunter2, oops",
		"AWS4-HMAC-SHA256 hunter2",
		"hunter2 and more",
		"AWS4-HMAC-SHA256 Credential=hunter2, SignedHeaders=host, Signature=hunter2",
	} {
		_, _, body := raw(t, s, post(whoami, "Authorization: "+header))
		if !strings.Contains(body, "<Code>IncompleteSignature</Code>") {
			t.Errorf("Authorization: %s: %s", header, body)
		}
	}
	for range 100 { // the line comes after the answer
		if strings.Count(log.String(), "code=IncompleteSignature") == 4 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if text := log.String(); strings.Count(text, "code=IncompleteSignature") != 4 || strings.Contains(text, "hunter2") {
		t.Errorf("the log reads\n%s", text)
	}
}

func TestTheLogSaysWhatWasRefusedAndWhatWasGrantedWhenAsked(t *testing.T) {
	for _, tt := range []struct {
		level   slog.Level
		granted bool
	}{{slog.LevelInfo, false}, {slog.LevelDebug, true}} {
		var log lines
		s := daypasstest.New(t, daypasstest.WithLog(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: tt.level}))))
		answer, err := http.DefaultClient.Do(signedFor(t, s, strings.TrimPrefix(s.URL, "http://")))
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", answer, err)
		}
		_ = answer.Body.Close()
		raw(t, s, post(whoami))
		for range 100 { // the line comes after the answer
			if strings.Contains(log.String(), "code=MissingAuthenticationToken") {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		text := log.String()
		if granted := strings.Contains(text, "status=200 "); granted != tt.granted || !strings.Contains(text, "level=INFO msg=request") {
			t.Errorf("at level %v the log reads\n%s", tt.level, text)
		}
	}
}
