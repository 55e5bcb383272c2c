package sts

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// slowly is an answer to AssumeRole by way of encoding/xml.
type slowly struct {
	XMLName xml.Name
	Result  struct {
		Credentials struct {
			AccessKeyId, SecretAccessKey, SessionToken string
		}
		AssumedRoleUser struct{ AssumedRoleId, Arn string }
		SourceIdentity  string
	} `xml:"AssumeRoleResult"`
	ResponseMetadata struct{ RequestId string }
}

// FuzzXMLAnswer: answers are read or refused, without a panic; what encoding/xml
// takes we take, and read the same in it.
func FuzzXMLAnswer(f *testing.F) {
	f.Add(assumeRoleXML)
	f.Add(`<?xml version="1.0"?><!-- c --><a:AssumeRoleResponse xmlns:a="x>y"><AssumeRoleResult><SourceIdentity>a<![CDATA[<b>]]>&#x41;&lt;` + "\r\n" + `</SourceIdentity></AssumeRoleResult></a:AssumeRoleResponse>`)
	f.Add(`<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>`)
	f.Add(`<AssumeRoleResponse><AssumeRoleResult><SourceIdentity>a<b>c</b>d</SourceIdentity></AssumeRoleResult></AssumeRoleResponse >`)
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<16 {
			return
		}
		out := new(AssumeRoleOutput)
		id, err := decode(assumeRole, []byte(body), false, out)
		var want slowly
		d := xml.NewDecoder(strings.NewReader(body))
		wantErr := d.Decode(&want)
		if wantErr != nil || want.XMLName.Local != "AssumeRoleResponse" || odd(body) {
			return
		}
		if err != nil {
			if !strings.Contains(err.Error(), " is no ") && !strings.Contains(err.Error(), "has no <") {
				t.Errorf("we refuse with %v what encoding/xml reads as %+v", err, want)
			}
			return
		}
		got := slowly{XMLName: want.XMLName}
		got.Result.Credentials.AccessKeyId, got.Result.Credentials.SecretAccessKey, got.Result.Credentials.SessionToken = out.Credentials.AccessKeyId, out.Credentials.SecretAccessKey, out.Credentials.SessionToken
		got.Result.AssumedRoleUser = struct{ AssumedRoleId, Arn string }{out.AssumedRoleUser.AssumedRoleId, out.AssumedRoleUser.Arn}
		got.Result.SourceIdentity, got.ResponseMetadata.RequestId = out.SourceIdentity, id
		if got != want {
			t.Errorf("we read %+v, encoding/xml %+v", got, want)
		}
	})
}

// odd reports whether a document is one that the two may read differently: it has
// a document type, is nested deeper than ours goes, or has an element twice.
func odd(body string) bool {
	if strings.Contains(body, "<!D") || strings.Contains(body, "<![") && !strings.Contains(body, "<![CDATA[") {
		return true
	}
	d, depth := xml.NewDecoder(strings.NewReader(body)), 0
	seen := make(map[string]bool)
	for {
		t, err := d.Token()
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth || seen[t.Name.Local] || strings.ContainsAny(t.Name.Local, ":") {
				return true
			}
			seen[t.Name.Local] = true
		case xml.EndElement:
			depth--
		case xml.Directive:
			return true
		case xml.ProcInst:
			if depth == 0 && t.Target == "xml" && strings.Contains(string(t.Inst), "encoding") {
				return true
			}
		}
		if err != nil {
			return !errors.Is(err, io.EOF)
		}
	}
}

// FuzzJSONAnswer: answers are read or refused, without a panic, and times stay
// within reason.
func FuzzJSONAnswer(f *testing.F) {
	f.Add(assumeRoleJSON)
	f.Add(`{"AssumeRoleResponse":{"AssumeRoleResult":{"Credentials":{"Expiration":1e400}}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		out := new(AssumeRoleOutput)
		if _, err := decode(assumeRole, []byte(body), true, out); err != nil {
			return
		}
		if e := out.Credentials.Expiration; e.Year() > 6000 || e.Location() != time.UTC {
			t.Errorf("expiration is %v", e)
		}
	})
}

// FuzzRefusal: whatever a proxy or a stranger answers becomes an error with a code
// and a fault.
func FuzzRefusal(f *testing.F) {
	f.Add(403, "text/xml", refusalXML("AccessDenied"))
	f.Add(400, "application/json", `{"Error":{"Code":"Throttling","Message":"Rate exceeded","Type":"Sender"},"RequestId":"r"}`)
	f.Add(502, "text/html", "<html>")
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		r := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}}
		e := decodeError("Op", r, []byte(body))
		if e.Code == "" || e.Fault != FaultClient && e.Fault != FaultServer || e.typed() == nil || e.Error() == "" {
			t.Errorf("%#v", e)
		}
	})
}
