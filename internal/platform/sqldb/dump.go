package sqldb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNotEmpty: rows are only restored into tables that have none.
var ErrNotEmpty = errors.New("the database already holds data; restore into an empty one")

// column is one column of a table, with its type of the six.
type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Tables are the tables of all modules, without the records of migrations.
func Tables(ctx context.Context) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	if DialectOf(ctx) == Postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`
	}
	rows, err := From(ctx).Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("listing tables: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("listing tables: %w", err)
		}
		if !strings.HasSuffix(name, "_migration") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, rows.Err()
}

func columnsOf(ctx context.Context, table string) ([]column, error) {
	query := `SELECT name, type FROM pragma_table_info($1) ORDER BY cid`
	if DialectOf(ctx) == Postgres {
		query = `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position`
	}
	rows, err := From(ctx).Query(ctx, query, table)
	if err != nil {
		return nil, fmt.Errorf("columns of %s: %w", table, err)
	}
	defer rows.Close()
	var out []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return nil, fmt.Errorf("columns of %s: %w", table, err)
		}
		c.Type = strings.ToUpper(c.Type)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b column) int { return strings.Compare(a.Name, b.Name) })
	if err := rows.Err(); err != nil || DialectOf(ctx) == Postgres || len(out) == 0 {
		return out, err
	}
	return out, sixTypes(ctx, table, out)
}

var (
	ofSQLite = map[string]string{"INTEGER": "BIGINT", "REAL": "DOUBLE PRECISION", "BLOB": "BYTEA", "TEXT": "TEXT"}
	noted    = regexp.MustCompile(`"?(\w+)"?\s+(?:INTEGER|TEXT)/\*(\w+)\*/`)
)

// sixTypes gives SQLite's columns the types that their migration named.
func sixTypes(ctx context.Context, table string, columns []column) error {
	var text string
	err := From(ctx).QueryRow(ctx, `SELECT sql FROM sqlite_master WHERE type = 'table' AND name = $1`, table).Scan(&text)
	if err != nil {
		return fmt.Errorf("definition of %s: %w", table, err)
	}
	named := map[string]string{}
	for _, m := range noted.FindAllStringSubmatch(text, -1) {
		named[m[1]] = m[2]
	}
	for i, c := range columns {
		columns[i].Type = ofSQLite[c.Type]
		if t, ok := named[c.Name]; ok {
			columns[i].Type = t
		}
	}
	return nil
}

func names(columns []column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return strings.Join(out, ", ")
}

// Dump writes a table, one JSON array a row, columns in the order of their
// names and rows in the order of their values, so that equal tables give equal
// bytes on both engines. JSON is written as a text, lest its null be taken for
// an absent value. Within Read, all tables show one moment.
func Dump(ctx context.Context, table string, w io.Writer) (rows int64, err error) {
	columns, err := columnsOf(ctx, table)
	if err != nil {
		return 0, err
	}
	var order []string
	for _, c := range columns {
		switch {
		case c.Type == "JSONB":
			continue // the engines write it differently; keys hold none
		case c.Type == "TEXT" && DialectOf(ctx) == Postgres:
			order = append(order, c.Name+` COLLATE "C" NULLS FIRST`)
		default:
			order = append(order, c.Name+` NULLS FIRST`)
		}
	}
	found, err := From(ctx).Query(ctx, `SELECT `+names(columns)+` FROM `+table+` ORDER BY `+strings.Join(order, ", "))
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", table, err)
	}
	defer found.Close()
	out := bufio.NewWriter(w)
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return rows, fmt.Errorf("reading %s: %w", table, err)
		}
		for i := range values {
			if values[i], err = portable(columns[i].Type, values[i]); err != nil {
				return rows, fmt.Errorf("reading %s.%s: %w", table, columns[i].Name, err)
			}
		}
		line, err := json.Marshal(values)
		if err != nil {
			return rows, fmt.Errorf("packing %s: %w", table, err)
		}
		_, _ = out.Write(append(line, '\n')) // told by Flush
		rows++
	}
	return rows, errors.Join(found.Err(), out.Flush())
}

// portable is a value as both engines have it.
func portable(kind string, v any) (any, error) {
	switch kind {
	case "BYTEA":
		switch b := v.(type) {
		case []byte:
			return base64.StdEncoding.EncodeToString(b), nil
		case string:
			return base64.StdEncoding.EncodeToString([]byte(b)), nil
		}
	case "BOOLEAN":
		if n, ok := v.(int64); ok {
			return n != 0, nil
		}
	case "JSONB":
		var text []byte
		switch b := v.(type) {
		case []byte:
			text = b
		case string:
			text = []byte(b)
		default:
			return v, nil
		}
		return canonical(text)
	case "TEXT":
		if b, ok := v.([]byte); ok {
			return string(b), nil
		}
	}
	return v, nil
}

// canonical is one text for equal JSON values: keys in order, no white space,
// numbers written out.
func canonical(text []byte) (string, error) {
	var parsed any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&parsed); err != nil {
		return "", err
	}
	out, err := json.Marshal(writtenOut(parsed))
	return string(out), err
}

func writtenOut(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), "eE") {
			return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
		}
	case []any:
		for i := range v {
			v[i] = writtenOut(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = writtenOut(v[key])
		}
	}
	return v
}

// maxRow bounds one row of a dump.
const maxRow = 64 << 20

// Load reads what Dump wrote into a table, which must be empty. It belongs
// into Write.
func Load(ctx context.Context, table string, r io.Reader) (rows int64, err error) {
	columns, err := columnsOf(ctx, table)
	if err != nil {
		return 0, err
	}
	if len(columns) == 0 {
		return 0, fmt.Errorf("this version has no table %s; restore with the version that made the backup", table)
	}
	var taken bool
	if err := From(ctx).QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&taken); err != nil {
		return 0, fmt.Errorf("looking into %s: %w", table, err)
	}
	if taken {
		return 0, ErrNotEmpty
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxRow)
	var batch [][]any
	for lines.Scan() {
		row, err := readRow(columns, lines.Bytes())
		if err != nil {
			return rows, fmt.Errorf("row %d of %s: %w", rows+1, table, err)
		}
		if batch = append(batch, row); len(batch) == 500 {
			if err := Insert(ctx, table, names(columns), batch); err != nil {
				return rows, err
			}
			batch = nil
		}
		rows++
	}
	if err := lines.Err(); err != nil {
		return rows, fmt.Errorf("reading the rows of %s: %w", table, err)
	}
	return rows, Insert(ctx, table, names(columns), batch)
}

func readRow(columns []column, line []byte) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil {
		return nil, err
	}
	if len(raw) != len(columns) {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), len(columns))
	}
	row := make([]any, len(raw))
	for i, c := range columns {
		var err error
		switch c.Type {
		case "BIGINT":
			var n int64
			err = json.Unmarshal(raw[i], &n)
			row[i] = n
		case "BOOLEAN":
			var b bool
			err = json.Unmarshal(raw[i], &b)
			row[i] = b
		case "BYTEA":
			var b []byte
			err = json.Unmarshal(raw[i], &b)
			row[i] = b
		case "DOUBLE PRECISION":
			var f float64
			err = json.Unmarshal(raw[i], &f)
			row[i] = f
		default:
			var s string
			err = json.Unmarshal(raw[i], &s)
			row[i] = s
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		if string(raw[i]) == "null" {
			row[i] = nil
		}
	}
	return row, nil
}
