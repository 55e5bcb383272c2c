// Package server is the edge: the one http.Handler of the public listener, and
// that of the operator's.
//
// The public handler accepts a request (limits, request id, clock), finds the
// service and action it asks for, hands a [pipeline.Call] down, and renders
// what comes back. It is the only place that turns an error into an answer: what
// the protocol has a code for is told, anything else becomes a bare internal
// failure, and the cause goes to the log with the request id.
package server

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/trail"
	"github.com/daypass/daypass/sigv4"
)

// Config is what a [Handler] works with.
type Config struct {
	Pipeline *pipeline.Pipeline
	Services []*pipeline.Service
	Region   string // the installation's own
	Proxies  Proxies
	Now      func() time.Time
	Log      *slog.Logger
	Metrics  *Metrics // nil counts nothing
	Gate     *Gate    // nil limits nothing

	// Documents are what is served to everybody: those of the issuers of web
	// identity tokens. nil serves none.
	Documents *outbound.Issuer

	// SAMLMetadata is the document at /static/saml-metadata.xml, by which a SAML
	// identity provider learns of the service; nil serves none.
	SAMLMetadata []byte
}

// Handler answers API requests. It is safe for concurrent use.
type Handler struct {
	Config
	byName    map[string]*pipeline.Service // those that speak Query
	byVersion map[string]*pipeline.Service // the same
	json      []*pipeline.Service          // those that speak JSON 1.1
}

// New returns the handler of the public listener.
func New(cfg Config) *Handler {
	h := &Handler{Config: cfg, byName: map[string]*pipeline.Service{}, byVersion: map[string]*pipeline.Service{}}
	for _, s := range cfg.Services {
		if s.API.SpeaksJSON() {
			h.json = append(h.json, s)
			continue
		}
		h.byName[s.API.Name] = s
		h.byVersion[s.API.Version] = s
	}
	return h
}

// exchange is one request and what has become of it.
type exchange struct {
	pipeline.Call
	w      http.ResponseWriter
	visit  visit
	format query.Format
	large  bool      // the body is longer than MaxBody
	start  time.Time // for the duration: the clock of Call may be set by a test
	status int
	err    error // what was answered, nil for success

	values []string // of headers of the answer; see setHeader
}

// setHeader sets a header of the answer, whose name is in canonical form. The
// values share one piece of memory.
func (x *exchange) setHeader(name, value string) {
	if x.values == nil {
		x.values = make([]string, 0, 4)
	}
	x.values = append(x.values, value)
	n := len(x.values)
	x.w.Header()[name] = x.values[n-1 : n : n]
}

// ServeHTTP answers one request, in the order of checks of the real front end
// (reference 2.3).
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.Now()
	x := &exchange{w: w, start: time.Now(), format: query.Negotiate(r.Header.Values("Accept"))}
	x.Call = pipeline.Call{
		Ctx: r.Context(), Now: now, HTTP: r, RequestID: trail.NewID(),
		Region: endpoint.Region(r.Host, h.Region),
	}
	x.Partition = endpoint.PartitionOf(x.Region).Name
	x.SourceIP, x.Secure = h.Proxies.origin(r)
	x.setHeader("X-Amzn-Requestid", x.RequestID)
	x.setHeader("Date", httpDate(now)) // clients correct their clocks by it
	defer h.finish(x)

	if err := x.visit.begin(x.Ctx, h.Gate); err != nil {
		h.fail(x, err)
		return
	}
	if h.answeredEarly(x) {
		return
	}
	out, err := h.handle(x)
	x.meet(err)
	if err != nil {
		h.fail(x, err)
		return
	}
	answer := answers.Get().(*[]byte)
	defer answers.Put(answer)
	*answer = x.render((*answer)[:0], out)
	x.send(http.StatusOK, *answer)
}

// date is a second as answers name it.
type date struct {
	unix int64
	text string
}

// lastDate is that of the last answer, which most often is that of the next.
var lastDate atomic.Pointer[date]

// httpDate writes a time as the Date of an answer.
func httpDate(t time.Time) string {
	last := lastDate.Load()
	if last == nil || last.unix != t.Unix() {
		last = &date{t.Unix(), t.UTC().Format(http.TimeFormat)}
		lastDate.Store(last)
	}
	return last.text
}

// answers are buffers for answers. One that a long list made large is kept no
// longer than until the next garbage collections.
var answers = sync.Pool{New: func() any { return new([]byte) }}

// answeredEarly answers what is not an API call at all.
func (h *Handler) answeredEarly(x *exchange) bool {
	r := x.HTTP
	switch {
	case sigv4.CheckURI(r) != nil:
		x.bare(http.StatusBadRequest)
	case r.Method == http.MethodOptions:
		preflight(x)
	case h.asksDocument(r):
		h.document(x)
	case r.Method == http.MethodGet && r.URL.Path == samlMetadataPath && r.URL.RawQuery == "" && h.SAMLMetadata != nil:
		x.document("application/samlmetadata+xml", h.SAMLMetadata)
	case r.Method != http.MethodGet && r.Method != http.MethodPost,
		r.Method == http.MethodGet && r.URL.RawQuery == "" && r.Header.Get("Authorization") == "":
		x.w.Header().Set("Location", "https://aws.amazon.com/iam")
		x.bare(http.StatusFound)
	default:
		return false
	}
	return true
}

// handle reads, routes and runs the call.
func (h *Handler) handle(x *exchange) (any, error) {
	if h.isJSON(x) {
		return h.handleJSON(x)
	}
	if err := x.readForm(func() bool { return h.mayBeLarge(x) }); err != nil {
		return nil, err
	}
	if err := h.route(x); err != nil {
		return nil, err
	}
	if x.large && !takesDocument(x.Service.API.Name, x.Action) {
		return nil, tooLarge(x.w)
	}
	return h.Pipeline.Run(&x.Call)
}

// readForm reads the body, and the parameters in it and in the query string.
func (x *exchange) readForm(large func() bool) error {
	room := firstBodies.Get().(*[freeBody]byte)
	defer firstBodies.Put(room) // the form holds copies
	body, err := x.visit.readBody(x.w, x.HTTP, room, large)
	if err != nil {
		return err
	}
	x.BodyHash, x.large = sha256.Sum256(body), len(body) > MaxBody
	x.Form, err = query.ParseForm(x.HTTP.URL.RawQuery, body, x.HTTP.Header.Get("Content-Type"))
	return err
}

// mayBeLarge reports whether the body of a request may be large: when somebody
// who has credentials seems to have signed it, for the service that takes
// documents. What comes is forgotten if that was not so.
func (h *Handler) mayBeLarge(x *exchange) bool {
	service := h.byName[scopeService(x.HTTP)]
	return service != nil && service.API.Name == "iam" && h.Pipeline.Claimed(&x.Call, service)
}

// takesDocument reports whether an action takes bodies of [LargestBody].
func takesDocument(service, action string) bool {
	return service == "iam" && (action == "CreateSAMLProvider" || action == "UpdateSAMLProvider")
}

// route finds service and action. A signed request goes to the service of its
// credential scope, any other by its version.
func (h *Handler) route(x *exchange) error {
	action, version := x.Form.Action(), x.Form.Version()
	service := h.byName[scopeService(x.HTTP)]
	if service == nil {
		service = h.byVersion[version]
	}
	if service == nil || service.API.Version != version || !service.Has(action) {
		return pipeline.NoSuchAction(action, version)
	}
	x.Service, x.Action = service, action
	return nil
}

// finish logs and counts the request, and answers for a panic.
func (h *Handler) finish(x *exchange) {
	if p := recover(); p != nil {
		h.fail(x, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
	}
	x.visit.end()
	h.log(x)
	h.Metrics.observe(x)
}

// fail answers with an error.
func (h *Handler) fail(x *exchange, err error) {
	x.err = err
	e := awserr.From(err)
	if errors.Is(err, query.ErrContentType) {
		x.html(e.HTTPStatus())
		return
	}
	if e.Encoded != "" {
		x.w.Header().Set(EncodedMessageHeader, e.Encoded)
	}
	switch x.format {
	case query.JSON11:
		x.send(query.StatusJSON11(e), query.AppendErrorJSON11(nil, e))
	case query.JSON:
		x.send(e.HTTPStatus(), x.api().AppendErrorJSON(nil, e, x.RequestID))
	default:
		x.send(e.HTTPStatus(), x.api().AppendErrorXML(nil, e, x.RequestID))
	}
}

// EncodedMessageHeader carries the encoded authorization message of a denial,
// for sts:DecodeAuthorizationMessage. The real service has no such header; its
// clients do not look at it.
const EncodedMessageHeader = "X-Daypass-Encoded-Authorization-Message"

// api is the API whose namespace the answer is in.
func (x *exchange) api() query.API {
	if x.Service == nil {
		return query.API{} // refused before the service was known
	}
	return x.Service.API
}

func (x *exchange) render(dst []byte, out any) []byte {
	switch x.format {
	case query.JSON11:
		return query.AppendJSON11(dst, out)
	case query.JSON:
		return x.api().AppendJSON(dst, x.Action, out, x.RequestID)
	}
	return x.api().AppendXML(dst, x.Action, out, x.RequestID)
}

func (x *exchange) send(status int, body []byte) {
	x.status = status
	x.setHeader("Content-Type", x.format.ContentType())
	x.setHeader("Content-Length", strconv.Itoa(len(body)))
	if x.Service == nil || x.Service.API.Name == "sts" {
		allowOrigin(x.w.Header())
	}
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // a client that left is not told
}

// samlMetadataPath is where the real sign-in service has its metadata.
const samlMetadataPath = "/static/saml-metadata.xml"

// document answers with a document that is the same for everybody.
func (x *exchange) document(contentType string, body []byte) {
	x.status = http.StatusOK
	x.setHeader("Content-Type", contentType)
	x.setHeader("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(body)
}

// bare answers with a status alone.
func (x *exchange) bare(status int) {
	x.visit.repel(x.Ctx, x.SourceIP, x.HTTP.Header, x.w.Header())
	x.status = status
	x.w.Header().Set("Content-Length", "0")
	x.w.WriteHeader(status)
}

// html answers a body that is not a form as the real front end does, which is
// not an API answer (reference 2.3, check 3).
func (x *exchange) html(status int) {
	x.status = status
	page := fmt.Sprintf("<html><head><title>%d %s</title></head><body><h1>%[1]d %[2]s</h1></body></html>\n", status, http.StatusText(status))
	x.w.Header().Set("Content-Type", "text/html")
	x.w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	x.w.WriteHeader(status)
	_, _ = io.WriteString(x.w, page)
}
