package iamapi

import (
	"time"
)

// GenerateCredentialReportOutput tells how the report is doing.
type GenerateCredentialReportOutput struct {
	State       string
	Description string
}

// GetCredentialReportOutput is the report, a table in CSV.
type GetCredentialReportOutput struct {
	Content       []byte
	ReportFormat  string
	GeneratedTime time.Time
}
