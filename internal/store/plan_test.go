package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// scanned are the tables that a statement may read from end to end: they are
// small, or reading all of them is what was asked for.
var scanned = []string{"account", "epoch", "schema_migration", "trail"}

// Every statement of every method must find its rows by an index: what costs
// nothing with ten users must cost nothing with a million.
func TestEveryStatementUsesAnIndex(t *testing.T) {
	db, err := Open(t.Context(), Config{Dir: t.TempDir(), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var queries []string
	err = db.Update(t.Context(), func(tx *Tx) error {
		callEverything(tx)
		for q := range tx.conn.prepared {
			queries = append(queries, q)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(queries) < 80 {
		t.Errorf("only %d statements were prepared", len(queries))
	}
	slices.Sort(queries)
	err = db.aside(t.Context(), func(tx *Tx) error {
		for _, q := range queries {
			verb, _, _ := strings.Cut(q, " ")
			if !slices.Contains([]string{"select", "update", "delete", "insert"}, verb) {
				continue
			}
			args := make([]any, strings.Count(q, "$"))
			for i := range args {
				args[i] = fmt.Sprint(i)
			}
			rows, err := tx.conn.sql.QueryContext(tx.ctx, "explain query plan "+q, args[:parameters(q)]...)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			for rows.Next() {
				var id, parent, unused int
				var detail string
				if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
					return err
				}
				table, scan := strings.CutPrefix(detail, "SCAN ")
				table, _, _ = strings.Cut(table, " ")
				if scan && !slices.Contains(scanned, table) && !strings.HasPrefix(table, "CONSTANT") {
					t.Errorf("%s\n%s", q, detail)
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// parameters returns the number of the highest parameter of a statement.
func parameters(q string) int {
	n := 0
	for i := range 30 {
		if strings.Contains(q, fmt.Sprintf("$%d", i+1)) {
			n = i + 1
		}
	}
	return n
}

// callEverything calls each method of the transaction with some arguments. What
// comes of it does not matter: the statements have been prepared.
func callEverything(tx *Tx) {
	v := reflect.ValueOf(tx)
	for i := range v.NumMethod() {
		m := v.Method(i)
		var args []reflect.Value
		for j := range m.Type().NumIn() {
			arg := reflect.New(m.Type().In(j)).Elem()
			switch {
			case arg.Kind() == reflect.String:
				arg.SetString("arn:aws:iam::111122223333:policy/name")
			case arg.Type() == reflect.TypeFor[time.Time]():
				arg.Set(reflect.ValueOf(time.Unix(1, 0)))
			}
			args = append(args, arg)
		}
		m.Call(args)
	}
}
