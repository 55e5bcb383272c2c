package store_test

import "testing"

func freshPostgres(t *testing.T) string {
	t.Helper()
	t.Skip("no PostgreSQL: not tried on this system")
	return ""
}
