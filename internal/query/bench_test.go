package query

import "testing"

var benchmarkBody = []byte("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FDeployer&RoleSessionName=build-42&DurationSeconds=3600")

func BenchmarkParseForm(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseForm("", benchmarkBody, formType); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, body := range map[string]string{
		"AssumeRole":           string(benchmarkBody),
		"AssumeRoleWithTags=5": string(benchmarkBody) + manyTags(5),
	} {
		b.Run(name, func(b *testing.B) {
			f := parse(b, body)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode[assumeRoleIn](f, true); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkXML(b *testing.B) {
	caller := &callerOut{"AIDARZPUZDIKEXAMPLE01", "123456789012", "arn:aws:iam::123456789012:user/Ann"}
	for _, bb := range []struct {
		action string
		out    any
	}{{"AssumeRole", &someRole}, {"GetCallerIdentity", caller}} {
		b.Run(bb.action, func(b *testing.B) {
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				buf = STS.AppendXML(buf[:0], bb.action, bb.out, requestID)
			}
		})
	}
}

func BenchmarkJSON(b *testing.B) {
	caller := &callerOut{"AIDARZPUZDIKEXAMPLE01", "123456789012", "arn:aws:iam::123456789012:user/Ann"}
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf = STS.AppendJSON(buf[:0], "GetCallerIdentity", caller, requestID)
	}
}
