package courier

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/spool"
)

// BenchmarkGather shows what a record costs on its way from the spool into a
// compressed file: one of the trail's, and one of another account.
func BenchmarkGather(b *testing.B) {
	dir := b.TempDir()
	sp, err := spool.Open(spool.Config{Dir: dir, Ephemeral: true})
	if err != nil {
		b.Fatal(err)
	}
	const n = 2000
	head := `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLEUSER00001","arn":"arn:aws:iam::111122223333:user/ci","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE000000001","userName":"ci"},"eventTime":"2026-11-02T09:30:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2.31.0",`
	for i := range n {
		record := fmt.Sprintf(`%s"requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/deploy","roleSessionName":"build-%d"},"responseElements":{"credentials":{"accessKeyId":"ASIA%016X","sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS","expiration":"Nov 2, 2026, 9:45:00 AM"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLEROLE00001:build-%d","arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-%[2]d"}},"additionalEventData":{"RequestDetails":{"endpointType":"regional","awsServingRegion":"eu-west-1"}},"requestID":"%016x","eventID":"%016[4]x","readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:iam::111122223333:role/deploy"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`,
			head, i, i*7919, i*104729)
		if err := sp.Append([]byte(record), i == n-1); err != nil {
			b.Fatal(err)
		}
	}
	if err := sp.Close(); err != nil {
		b.Fatal(err)
	}
	end, err := spool.End(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, of := range []struct{ name, account string }{{"own", "111122223333"}, {"other", "444455556666"}} {
		b.Run(of.name, func(b *testing.B) {
			c := &Courier{Config: Config{Spool: sp, FileSize: 4 << 20, Log: slog.New(slog.DiscardHandler)}}
			t := &iam.Trail{Account: of.account, Logging: true, TrailSettings: iam.TrailSettings{AllRegions: true, GlobalEvents: true}}
			var size, records int
			start := time.Now()
			for b.Loop() {
				batch, err := c.gather(t, spool.Position{}, end)
				if err != nil || batch.next != end {
					b.Fatal(err)
				}
				records += n
				for _, f := range batch.files {
					size = len(bytes.TrimSpace(f.body))
				}
			}
			b.ReportMetric(float64(records)/time.Since(start).Seconds(), "records/s")
			b.ReportMetric(float64(size)/n, "bytes/record")
		})
	}
}
