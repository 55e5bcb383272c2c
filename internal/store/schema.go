package store

import (
	"context"
	"database/sql"
	"fmt"
)

// table is a table of the schema.
type table struct {
	name    string
	columns []column
}

// column is a column of a table; its type is text, bigint or bytea.
type column struct{ name, typ string }

// schemaTables returns the tables that the migrations make, each after those it
// refers to. It asks a database in memory that they were run on, so that one
// answer serves both databases and every version, and no list has to be kept.
func schemaTables(ctx context.Context, known []migration) ([]table, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	c, err := db.Conn(ctx) // another connection would be another database
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for _, m := range known {
		for _, s := range statements(m.text) {
			if _, err := c.ExecContext(ctx, sqliteDialect.ddl(s)); err != nil {
				return nil, fmt.Errorf("migration %s: %w", m.name, err)
			}
		}
	}
	rows, err := c.QueryContext(ctx, `select t.name, c.name, lower(c.type) from sqlite_schema t join pragma_table_info(t.name) c
		where t.type = 'table' order by t.rowid, c.cid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []table
	for rows.Next() {
		var name string
		var col column
		if err := rows.Scan(&name, &col.name, &col.typ); err != nil {
			return nil, err
		}
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, col)
	}
	return all, rows.Err()
}
