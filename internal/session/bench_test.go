package session

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"strings"
	"testing"
)

// stdDeflate is deflate as compress/flate does it, with one Writer kept.
func stdDeflate(t testing.TB) func(plain []byte) []byte {
	w, err := flate.NewWriterDict(io.Discard, flate.DefaultCompression, []byte(dictionary))
	if err != nil {
		t.Fatal(err)
	}
	return func(plain []byte) []byte {
		var out bytes.Buffer
		w.Reset(&out)
		_, _ = w.Write(plain)
		_ = w.Close()
		return out.Bytes()
	}
}

func smallPolicy() *Session {
	return &Session{Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::example-bucket/*"]}]}`}
}

// largeSession has a policy of 2 KB and ten tags.
func largeSession() *Session {
	var statements []string
	for i, service := range strings.Fields("s3 sqs sns ec2 kms logs lambda dynamodb") {
		statements = append(statements, fmt.Sprintf(`{"Sid":"Use%[1]s%[2]d","Effect":"Allow","Action":["%[1]s:Get%[3]s","%[1]s:Describe%[3]s","%[1]s:Put%[3]s"],`+
			`"Resource":"arn:aws:%[1]s:eu-central-1:123456789012:team-%[2]d/%[3]s/*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"%[4]x"}}}`,
			service, i*37, strings.Repeat(service, 2), i*7919*104729))
	}
	s := &Session{Policy: `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`}
	for i, word := range strings.Fields("team project stage owner cost-centre region build branch release customer") {
		s.Tags = append(s.Tags, Tag{word, fmt.Sprintf("%s-%x", word, i*104729*7919), i%2 == 0})
	}
	return s
}

// BenchmarkDeflate compares deflate with what it replaces.
func BenchmarkDeflate(b *testing.B) {
	std := stdDeflate(b)
	for _, bb := range []struct {
		name  string
		plain []byte
	}{{"small", smallPolicy().plain()}, {"2KB+10tags", largeSession().plain()}} {
		b.Run(bb.name+"/std", func(b *testing.B) {
			for b.Loop() {
				std(bb.plain)
			}
		})
		b.Run(bb.name+"/own", func(b *testing.B) {
			for b.Loop() {
				deflate(nil, bb.plain)
			}
		})
	}
}
