package sqldb

import "context"

// InJSON is the right-hand side of IN for a parameter that holds a JSON array
// of texts: a list of any length stays one parameter and one statement text.
func InJSON(ctx context.Context, parameter string) string {
	if DialectOf(ctx) == Postgres {
		return `(SELECT jsonb_array_elements_text(CAST(` + parameter + ` AS JSONB)))`
	}
	return `(SELECT value FROM json_each(` + parameter + `))`
}
