package server

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/store"
)

// asksDocument reports whether a request is for a document that everybody may
// read. The path counts as it was sent, with nothing cleaned or decoded; a
// request with parameters or a signature is an API call whatever its path.
func (h *Handler) asksDocument(r *http.Request) bool {
	return h.Documents != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		outbound.Served(r.URL.EscapedPath()) && r.URL.RawQuery == "" && !r.URL.ForceQuery && r.Header.Get("Authorization") == ""
}

// document answers with a document. Who asks is a stranger, and counts as one.
func (h *Handler) document(x *exchange) {
	body, age, err := h.Documents.Document(x.Ctx, x.HTTP.URL.EscapedPath(), x.Now)
	switch {
	case errors.Is(err, store.ErrNotFound):
		x.bare(http.StatusNotFound)
		return
	case err != nil:
		x.err = awserr.Unavailable(err)
		x.bare(http.StatusServiceUnavailable)
		return
	}
	x.visit.repel(x.Ctx, x.SourceIP, x.HTTP.Header, x.w.Header())
	x.status = http.StatusOK
	x.setHeader("Content-Type", "application/json")
	x.setHeader("Cache-Control", "public, max-age="+strconv.Itoa(int(age.Seconds())))
	x.setHeader("Content-Length", strconv.Itoa(len(body)))
	allowOrigin(x.w.Header())
	x.w.WriteHeader(http.StatusOK)
	if x.HTTP.Method != http.MethodHead {
		_, _ = x.w.Write(body) // a client that left is not told
	}
}
