package sts

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// MaxAnswer is the largest body of an answer in bytes. What the service answers
// has a few kilobytes.
const MaxAnswer = 1 << 20

// decode reads the answer to a call into out, a pointer to the operation's output,
// and returns the request's id.
func decode(op *Operation, body []byte, isJSON bool, out any) (requestID string, err error) {
	v := reflect.ValueOf(out).Elem()
	if isJSON {
		return decodeJSON(op, body, v)
	}
	r, err := newXMLReader(body)
	if err != nil {
		return "", err
	}
	root, err := r.root()
	if err != nil {
		return "", err
	}
	if of, ok := strings.CutSuffix(root, "Response"); !ok || of != op.Name {
		return "", fmt.Errorf("the answer is not a <%sResponse>", op.Name)
	}
	found := false
	err = r.children(func(name string) error {
		of, isResult := strings.CutSuffix(name, "Result")
		switch {
		case isResult && of == op.Name:
			found = true
			return structure(r, shapeOf(op.Output), v)
		case name == "ResponseMetadata":
			return r.children(func(name string) (err error) {
				if name != "RequestId" {
					return r.skip()
				}
				requestID, err = r.text()
				return err
			})
		}
		return r.skip()
	})
	if err == nil && !found {
		err = fmt.Errorf("the answer has no <%sResult>", op.Name)
	}
	return requestID, err
}

// structure reads the children of the element that was begun into the fields
// of v. Children that no field is for are passed over: the service may add some.
func structure(r *xmlReader, s *shape, v reflect.Value) error {
	return r.children(func(name string) error {
		i, ok := s.byName[name]
		if !ok {
			return r.skip()
		}
		f := &s.fields[i]
		if f.kind == kindStruct {
			return structure(r, f.of, v.Field(f.index))
		}
		value, err := r.text()
		if err != nil {
			return err
		}
		return f.set(v.Field(f.index), value)
	})
}

// set stores a value that came as text.
func (f *field) set(v reflect.Value, text string) error {
	switch f.kind {
	case kindString:
		v.SetString(text)
	case kindInt:
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return fmt.Errorf("%s is no number of 32 bits", f.name)
		}
		f.setInt(v, int32(n))
	case kindTime:
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("%s is no time", f.name)
		}
		v.Set(reflect.ValueOf(t.UTC()))
	}
	return nil
}

func (f *field) setInt(v reflect.Value, n int32) {
	if f.pointer {
		v.Set(reflect.ValueOf(&n))
	} else {
		v.SetInt(int64(n))
	}
}

// decodeJSON reads {"XResponse":{"XResult":{…},"ResponseMetadata":{"RequestId":"…"}}}.
func decodeJSON(op *Operation, body []byte, v reflect.Value) (requestID string, err error) {
	var answer map[string]struct {
		ResponseMetadata struct{ RequestId string }
	}
	var results map[string]map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(body, &answer), json.Unmarshal(body, &results)); err != nil {
		return "", errors.New("the answer is not the JSON of an answer")
	}
	result, ok := results[op.Name+"Response"][op.Name+"Result"]
	if !ok {
		return "", fmt.Errorf("the answer has no %sResult", op.Name)
	}
	return answer[op.Name+"Response"].ResponseMetadata.RequestId, object(result, shapeOf(op.Output), v)
}

// object reads a JSON object into the fields of v. A null is an absent member.
func object(raw json.RawMessage, s *shape, v reflect.Value) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return errors.New("a structure is not an object")
	}
	for i := range s.fields {
		f := &s.fields[i]
		raw, ok := members[f.name]
		if !ok || string(raw) == "null" {
			continue
		}
		if f.kind == kindStruct {
			if err := object(raw, f.of, v.Field(f.index)); err != nil {
				return err
			}
			continue
		}
		if err := f.setJSON(v.Field(f.index), raw); err != nil {
			return err
		}
	}
	return nil
}

// setJSON stores a value that came as JSON. Times are seconds since 1970, with a
// fraction or in scientific notation as it may be.
func (f *field) setJSON(v reflect.Value, raw json.RawMessage) error {
	if f.kind == kindString {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return fmt.Errorf("%s is not a string", f.name)
		}
		v.SetString(s)
		return nil
	}
	var n float64
	if err := json.Unmarshal(raw, &n); err != nil {
		return fmt.Errorf("%s is not a number", f.name)
	}
	switch {
	case f.kind == kindInt && n == math.Trunc(n) && math.Abs(n) <= math.MaxInt32:
		f.setInt(v, int32(n))
	case f.kind == kindTime && math.Abs(n) < 1e11: // the year 5138
		whole, fraction := math.Modf(n)
		v.Set(reflect.ValueOf(time.Unix(int64(whole), int64(fraction*1e9)).UTC()))
	default:
		return fmt.Errorf("%s is out of range", f.name)
	}
	return nil
}

// errorDocument is a refusal, in either format.
type errorDocument struct {
	Error struct {
		Type    Fault  `json:"Type"`
		Code    string `json:"Code"`
		Message string `json:"Message"`
	} `json:"Error"`
	RequestID string `json:"RequestId"`
}

// decodeError reads a refusal. What is not one gives an error with UnknownError.
func decodeError(op string, response *http.Response, body []byte) *APIError {
	e := &APIError{
		Operation: op, Status: response.StatusCode, RequestID: requestIDOf(response.Header),
		EncodedMessage: response.Header.Get("X-Daypass-Encoded-Authorization-Message"),
	}
	var doc errorDocument
	var err error
	if isJSON(response.Header) {
		err = json.Unmarshal(body, &doc)
	} else {
		doc, err = errorXML(body)
	}
	if err != nil || doc.Error.Code == "" {
		e.Code, e.Message = UnknownError, "the answer is not one of the service: "+response.Status
		e.Fault = faultOf(e.Status)
		return e
	}
	e.Code, e.Message, e.Fault = doc.Error.Code, doc.Error.Message, doc.Error.Type
	if doc.RequestID != "" {
		e.RequestID = doc.RequestID
	}
	if e.Fault != FaultClient && e.Fault != FaultServer {
		e.Fault = faultOf(e.Status)
	}
	return e
}

// errorXML reads <ErrorResponse><Error>…</Error><RequestId>…</RequestId></ErrorResponse>.
func errorXML(body []byte) (doc errorDocument, err error) {
	r, err := newXMLReader(body)
	if err != nil {
		return doc, err
	}
	if root, err := r.root(); err != nil || root != "ErrorResponse" {
		return doc, errors.New("no error document")
	}
	return doc, r.children(func(name string) (err error) {
		switch name {
		case "Error":
			return r.children(func(name string) error { return doc.member(r, name) })
		case "RequestId":
			doc.RequestID, err = r.text()
			return err
		}
		return r.skip()
	})
}

// member reads a child of <Error>.
func (doc *errorDocument) member(r *xmlReader, name string) error {
	text, err := "", error(nil)
	switch name {
	case "Type", "Code", "Message":
		text, err = r.text()
	default:
		return r.skip()
	}
	switch name {
	case "Type":
		doc.Error.Type = Fault(text)
	case "Code":
		doc.Error.Code = text
	case "Message":
		doc.Error.Message = text
	}
	return err
}

func isJSON(h http.Header) bool {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && t == "application/json"
}

func requestIDOf(h http.Header) string { return h.Get("X-Amzn-Requestid") }
