package server

import (
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/proof"
)

// log writes the one line of a request. It holds what was asked and what
// became of it, never tokens or signatures; of the parameters only what the
// sentence of a refusal repeats. What was granted is in the record of the call;
// its line is for those who ask for it (--log-level debug).
func (h *Handler) log(x *exchange) {
	level := slog.LevelDebug
	switch {
	case x.status >= http.StatusInternalServerError:
		level = slog.LevelError
	case x.status >= http.StatusBadRequest:
		level = slog.LevelInfo
	}
	if !h.Log.Enabled(x.Ctx, level) || !h.Gate.logs(x, h.Log) {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs, slog.String("id", x.RequestID), slog.Int("status", x.status),
		slog.Duration("took", time.Since(x.start).Round(time.Microsecond)), slog.String("from", x.SourceIP.String()))
	if x.Service != nil {
		attrs = append(attrs, slog.String("action", x.Service.API.Name+":"+x.Action))
	}
	if x.Caller != nil {
		attrs = append(attrs, slog.String("caller", x.Caller.Principal.ARN), slog.String("key", x.Caller.AccessKeyID))
	}
	if tp := x.HTTP.Header.Get("Traceparent"); len(tp) == 55 {
		attrs = append(attrs, slog.String("traceparent", tp))
	}
	if x.err != nil {
		e := awserr.From(x.err)
		attrs = append(attrs, slog.String("code", e.Code))
		if e.Code != "IncompleteSignature" { // whose sentences repeat the Authorization header
			attrs = append(attrs, slog.String("message", clip(withoutValues(e.Recorded()))))
			attrs = appendCause(attrs, e.Err)
		}
	}
	if d := x.Denied; d != nil {
		attrs = append(attrs, slog.String("verdict", d.Verdict.String()), slog.String("layer", d.Layer.String()))
		if src := d.First.Source; src != nil {
			attrs = append(attrs, slog.String("policy", src.ID), slog.Int("statement", d.First.Statement))
		}
	}
	h.Log.LogAttrs(x.Ctx, level, "request", attrs...)
}

// appendCause appends why a request was refused: the check of a proof that
// failed, or whatever else was behind it.
func appendCause(attrs []slog.Attr, cause error) []slog.Attr {
	if f, ok := errors.AsType[*proof.Failure](cause); ok {
		return append(attrs, slog.String("check", f.Check), slog.String("saw", f.Saw), slog.String("want", f.Want))
	}
	if cause != nil {
		attrs = append(attrs, slog.String("cause", cause.Error()))
	}
	return attrs
}

// values are what validation errors repeat of parameters.
var values = regexp.MustCompile(`(?s)Value '.*?' at '`)

// withoutValues cuts the values of parameters out of a validation error.
func withoutValues(message string) string {
	if !strings.Contains(message, " detected: Value ") {
		return message
	}
	return values.ReplaceAllString(message, "Value at '")
}

// clip keeps a message that repeats what the caller sent from filling the log.
func clip(s string) string {
	const limit = 512
	if len(s) <= limit {
		return s
	}
	return s[:limit] + "…"
}
