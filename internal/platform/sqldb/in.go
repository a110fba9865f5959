package sqldb

import "context"

// InJSON is the right-hand side of IN for a parameter that holds a JSON array
// of texts: a list of any length stays one parameter and one statement text.
// An empty list, also as JSON's null, holds nothing.
func InJSON(ctx context.Context, parameter string) string {
	if DialectOf(ctx) == Postgres {
		// Taking null apart is an error here, where SQLite finds one NULL.
		return `(SELECT jsonb_array_elements_text(CASE jsonb_typeof(CAST(` + parameter + ` AS JSONB)) WHEN 'array' THEN CAST(` + parameter + ` AS JSONB) ELSE '[]' END))`
	}
	return `(SELECT value FROM json_each(` + parameter + `))`
}
