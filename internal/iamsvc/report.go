package iamsvc

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
)

func reportActions() []pipeline.Handler {
	return []pipeline.Handler{
		onAccount("GenerateCredentialReport", pipeline.WriteTx, generateCredentialReport),
		onAccount("GetCredentialReport", pipeline.ReadTx, getCredentialReport),
	}
}

// reportSetting is the account setting that holds when the credential report
// was generated, in RFC 3339. The report itself is put together when it is read.
const reportSetting = "credential-report"

// reportLife is how long a report is valid.
const reportLife = 4 * time.Hour

// reportTime returns when the report was generated; the zero time is never.
func reportTime(c *pipeline.Call) (time.Time, error) {
	text, err := c.Tx.AccountSetting(c.Account, reportSetting)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the time of the credential report: %w", err)
	}
	return at, nil
}

func generateCredentialReport(c *pipeline.Call, _ *none) (*iamapi.GenerateCredentialReportOutput, error) {
	at, err := reportTime(c)
	if err != nil {
		return nil, err
	}
	if !at.IsZero() && c.Now.Sub(at) < reportLife {
		return &iamapi.GenerateCredentialReportOutput{State: "COMPLETE"}, nil
	}
	return &iamapi.GenerateCredentialReportOutput{
		State: "STARTED", Description: "No report exists. Starting a new report generation task",
	}, c.Tx.SetAccountSetting(c.Account, reportSetting, c.Now.UTC().Format(time.RFC3339))
}

func getCredentialReport(c *pipeline.Call, _ *none) (*iamapi.GetCredentialReportOutput, error) {
	at, err := reportTime(c)
	switch {
	case err != nil:
		return nil, err
	case at.IsZero():
		return nil, awserr.New(http.StatusGone, "ReportNotPresent", "")
	case c.Now.Sub(at) >= reportLife:
		return nil, awserr.New(http.StatusGone, "ReportExpired", "")
	}
	content, err := credentialReport(c)
	return &iamapi.GetCredentialReportOutput{Content: content, ReportFormat: "text/csv", GeneratedTime: at}, err
}

var reportColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

func credentialReport(c *pipeline.Call) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(reportColumns)
	root, err := rootRow(c)
	if err != nil {
		return nil, err
	}
	_ = w.Write(root)
	const batch = 500
	for after := ""; ; {
		users, err := c.Tx.Users(c.Account, store.Page{After: after, Limit: batch})
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			row, err := userRow(c, u)
			if err != nil {
				return nil, err
			}
			_ = w.Write(row)
			after = iam.Fold(u.Name)
		}
		if len(users) < batch {
			break
		}
	}
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), w.Error()
}

func rootRow(c *pipeline.Call) ([]string, error) {
	a, err := c.Tx.Account(c.Account)
	if err != nil {
		return nil, err
	}
	row := []string{
		"<root_account>", arn.Root(c.Partition, a.ID).String(), reportDate(a.Created),
		"not_supported", "no_information", "not_supported", "not_supported",
	}
	if row, err = withMFA(c, row, c.Account); err != nil {
		return nil, err
	}
	return withKeys(c, row, "")
}

func userRow(c *pipeline.Call, u iam.User) ([]string, error) {
	row := []string{u.Name, userARN(c, u), reportDate(u.Created)}
	switch l, err := c.Tx.LoginProfile(u.ID); {
	case err == nil:
		row = append(row, "true", "no_information", reportDate(l.Created), "N/A")
	case errors.Is(err, store.ErrNotFound):
		row = append(row, "false", "N/A", "N/A", "N/A")
	default:
		return nil, err
	}
	row, err := withMFA(c, row, u.ID)
	if err != nil {
		return nil, err
	}
	return withKeys(c, row, u.ID)
}

// withMFA adds the column that says whether the user has an MFA device.
func withMFA(c *pipeline.Call, row []string, holder string) ([]string, error) {
	devices, err := c.Tx.MFADevicesOf(holder)
	return append(row, strconv.FormatBool(len(devices) > 0)), err
}

// withKeys adds the columns of two access keys and two certificates.
func withKeys(c *pipeline.Call, row []string, userID string) ([]string, error) {
	keys, err := c.Tx.AccessKeysOf(c.Account, userID)
	if err != nil {
		return nil, err
	}
	for i := range iam.AccessKeysPerUserQuota {
		if i >= len(keys) {
			row = append(row, "false", "N/A", "N/A", "N/A", "N/A")
			continue
		}
		row = append(row, strconv.FormatBool(keys[i].Status == iam.Active), reportDate(keys[i].Created))
		switch use, err := c.Tx.LastUsed(keys[i].ID); {
		case err == nil:
			row = append(row, reportDate(use.At), use.Region, use.Service)
		case errors.Is(err, store.ErrNotFound):
			row = append(row, "N/A", "N/A", "N/A")
		default:
			return nil, err
		}
	}
	return append(row, "false", "N/A", "false", "N/A"), nil
}

func reportDate(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }
