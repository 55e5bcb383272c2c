package server

import (
	"crypto/sha256"
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/query"
)

// JSON 1.1: a POST whose X-Amz-Target names the operation and whose body holds
// the parameters. Service and operation are thus known before the body is read,
// and the body is not looked at before the caller is known.

// isJSON reports whether the request is one of JSON 1.1, and notes for which
// service: that of its credential scope, or else, unless it is a form, that of
// its target. A request that names two services is refused by the
// verification of its signature.
func (h *Handler) isJSON(x *exchange) bool {
	if len(h.json) == 0 {
		return false
	}
	region, name := scope(x.HTTP)
	target := x.HTTP.Header.Get("X-Amz-Target")
	for _, s := range h.json {
		_, named := s.API.Operation(target)
		if s.API.Name == name || named && !query.IsFormType(x.HTTP.Header.Get("Content-Type")) {
			x.Service, x.format = s, query.JSON11
			x.serveRegion(region)
			return true
		}
	}
	return false
}

// serveRegion has a request whose host names no Region be for the one that it
// was signed for, if there can be such a one here. These services are regional,
// and one installation stands for all Regions of its partition.
func (x *exchange) serveRegion(signed string) {
	if _, named := endpoint.Named(x.HTTP.Host, x.Region); !named && endpoint.IsRegion(signed) && endpoint.PartitionOf(signed).Name == x.Partition {
		x.Region = signed
	}
}

// handleJSON reads, routes and runs the call.
func (h *Handler) handleJSON(x *exchange) (any, error) {
	targets := x.HTTP.Header.Values("X-Amz-Target")
	operation := ""
	if len(targets) == 1 {
		operation, _ = x.Service.API.Operation(targets[0])
	}
	room := firstBodies.Get().(*[freeBody]byte)
	defer firstBodies.Put(room)
	defer func() { x.Body = nil }()
	var err error
	if x.Body, err = x.visit.readBody(x.w, x.HTTP, room, never); err != nil {
		return nil, err
	}
	switch {
	case x.HTTP.Method != http.MethodPost || !x.Service.Has(operation):
		return nil, unknownOperation("")
	case len(x.Body) > 0 && !query.IsJSONType(x.HTTP.Header.Get("Content-Type")):
		return nil, unknownOperation("The body of a request must be of type " + query.JSON11.ContentType() + ".")
	}
	x.Action = operation
	x.BodyHash = sha256.Sum256(x.Body)
	return h.Pipeline.Run(&x.Call)
}

func unknownOperation(message string) error {
	return awserr.New(http.StatusBadRequest, "UnknownOperationException", "%s", message)
}
