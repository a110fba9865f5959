package sqldb

import (
	"context"
	"fmt"
	"strings"
)

// insertChunks keeps the number of different statement texts small. SQLite's
// are shorter: its driver looks every parameter up among all of them.
var insertChunks = map[Dialect][]int{Postgres: {64, 8, 1}, SQLite: {16, 4, 1}}

// Insert adds many rows to a table in few statements. Table and columns are
// the caller's constants, never input.
func Insert(ctx context.Context, table, columns string, rows [][]any) error {
	width := strings.Count(columns, ",") + 1
	dialect := DialectOf(ctx)
	for _, n := range insertChunks[dialect] {
		for len(rows) >= n {
			args := make([]any, 0, n*width)
			for _, row := range rows[:n] {
				args = append(args, row...)
			}
			if _, err := From(ctx).Exec(ctx, insertText(dialect, table, columns, width, n), args...); err != nil {
				return fmt.Errorf("inserting into %s: %w", table, err)
			}
			rows = rows[n:]
		}
	}
	return nil
}

// insertText is the statement for n rows. On SQLite the parameters have no
// names: with names, a thousand of them cost a million comparisons.
func insertText(dialect Dialect, table, columns string, width, n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + columns + ") VALUES ")
	for i := range n * width {
		switch {
		case i%width != 0:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("), (")
		default:
			b.WriteString("(")
		}
		if dialect == SQLite {
			b.WriteString("?")
		} else {
			fmt.Fprintf(&b, "$%d", i+1)
		}
	}
	b.WriteString(")")
	return b.String()
}
