package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"tianbo/internal/platform/authz"
)

// longestDetail bounds what the log keeps of a request's body.
const longestDetail = 400

var pathName = regexp.MustCompile(`\{([a-z]+)\}`)

type subjectKey struct{}

// subject is what the path of a request names, its parts joined by a blank.
func subject(op Op, r *http.Request) string {
	var parts []string
	for _, m := range pathName.FindAllStringSubmatch(op.Path, -1) {
		parts = append(parts, r.PathValue(m[1]))
	}
	return strings.Join(parts, " ")
}

// audit writes the operation down when it is an act of office, or was done by
// a helper for another: who, for whom, what, to what. With an Idempotency-Key
// the line commits together with the act.
func (a *API) audit(ctx context.Context, op Op, in any) error {
	if a.deps.Audit == nil || (!op.Audit && authz.From(ctx).For == "") {
		return nil
	}
	detail := ""
	if op.Audit {
		detail = detailOf(in)
	}
	about, _ := ctx.Value(subjectKey{}).(string)
	return a.deps.Audit(ctx, strings.Replace(op.ID, "-", ".", 1), about, detail)
}

// detailOf is the request's body as JSON. Operations that are audited carry
// reasons and decisions, no personal data.
func detailOf(in any) string {
	body := reflect.Indirect(reflect.ValueOf(in)).FieldByName("Body")
	if !body.IsValid() {
		return ""
	}
	raw, err := json.Marshal(body.Interface())
	if err != nil || string(raw) == "{}" || string(raw) == "null" {
		return ""
	}
	if len(raw) > longestDetail {
		return strings.ToValidUTF8(string(raw[:longestDetail]), "") + "…"
	}
	return string(raw)
}
