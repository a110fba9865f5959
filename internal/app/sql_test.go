package app_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tianbo/internal/app"
	"tianbo/internal/platform/sqldb"
	"tianbo/internal/platform/sqldb/sqldbtest"
)

// Every SQL text of every store is prepared on both engines, so that a word
// that only one of them knows is found without a test that happens to run it.
func TestEverySQLTextIsPreparedOnBothEngines(t *testing.T) {
	t.Parallel()
	for _, dialect := range []sqldb.Dialect{sqldb.SQLite, sqldb.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			dsn := sqldbtest.DSN(t, dialect)
			db, err := sqldb.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if err := db.Migrate(t.Context(), app.Migrations()); err != nil {
				t.Fatal(err)
			}
			preparer := sqldbtest.NewPreparer(t, dialect, dsn)
			texts := sqlTexts(t, db.Attach(t.Context()))
			if len(texts) < 150 {
				t.Fatalf("only %d texts found: the search is broken", len(texts))
			}
			for _, one := range texts {
				if err := preparer.Prepare(t.Context(), one.text); err != nil {
					t.Errorf("%s: %v\n%s", one.at, err, one.text)
				}
			}
		})
	}
}

type statement struct{ at, text string }

// sqlTexts reads the sources of the stores for the texts that the engine of
// ctx is given.
func sqlTexts(t *testing.T, ctx context.Context) []statement {
	t.Helper()
	packages := map[string][]source{}
	for _, s := range sources(t, false) {
		packages[s.pkg] = append(packages[s.pkg], s)
	}
	var out []statement
	for _, pkg := range slices.Sorted(maps.Keys(packages)) {
		r := reader{ctx: ctx, postgres: sqldb.DialectOf(ctx) == sqldb.Postgres, constants: map[string]ast.Expr{}}
		for _, s := range packages[pkg] {
			r.learn(s.file)
		}
		for _, s := range packages[pkg] {
			if strings.HasPrefix(filepath.Base(s.path), "store") {
				out = append(out, r.read(t, s)...)
			}
		}
	}
	return out
}

// reader evaluates the string expressions of one package.
type reader struct {
	ctx       context.Context
	postgres  bool
	constants map[string]ast.Expr
}

// learn notes the package's constants.
func (r reader) learn(file *ast.File) {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					r.constants[name.Name] = v.Values[i]
				}
			}
		}
	}
}

var sqlStart = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)

// read finds the statements of a file: every text that begins like one, and
// the tables and columns given to sqldb.Insert. A text that cannot be known
// from the source is a failure: write it so that it can.
func (r reader) read(t *testing.T, s source) []statement {
	t.Helper()
	var out []statement
	for _, d := range s.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		locals := r.locals(fn)
		ast.Inspect(fn, func(n ast.Node) bool {
			expr, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			at := s.fset.Position(expr.Pos()).String()
			if text, ok := r.insert(expr, locals); ok {
				out = append(out, statement{at, text})
				return true
			}
			if !sqlStart.MatchString(leftmost(expr)) || r.otherEngine(fn, expr) {
				return !sqlStart.MatchString(leftmost(expr))
			}
			texts, err := r.eval(expr, locals)
			if err != nil {
				t.Errorf("%s: this text cannot be read from the source: %v", at, err)
			}
			for _, text := range texts {
				out = append(out, statement{at, text})
			}
			return false // its parts are no statements of their own
		})
	}
	return out
}

// leftmost is the literal that an expression begins with.
func leftmost(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return leftmost(e.X)
		}
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			text, _ := strconv.Unquote(e.Value)
			return text
		}
	}
	return ""
}

// locals are the texts that a function's variables may hold on this engine.
func (r reader) locals(fn *ast.FuncDecl) map[string][]ast.Expr {
	out := map[string][]ast.Expr{}
	ast.Inspect(fn, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == len(a.Rhs) && a.Tok != token.ADD_ASSIGN {
			for i := range a.Lhs {
				if name, ok := a.Lhs[i].(*ast.Ident); ok && !r.otherEngine(fn, a.Rhs[i]) {
					out[name.Name] = append(out[name.Name], a.Rhs[i])
				}
			}
		}
		return true
	})
	return out
}

// otherEngine: the text stands in a switch on the engine, on the other side.
// The form is always the same: a variable holds SQLite's text, and
// "if DialectOf(ctx) == Postgres" replaces it.
func (r reader) otherEngine(fn *ast.FuncDecl, e ast.Expr) bool {
	answer := false
	ast.Inspect(fn, func(n ast.Node) bool {
		branch, ok := n.(*ast.IfStmt)
		if !ok || !mentions(branch.Cond, "DialectOf") {
			return true
		}
		inside := branch.Body.Pos() <= e.Pos() && e.End() <= branch.Body.End()
		if r.postgres {
			answer = answer || !inside && assigns(fn, branch, e)
		} else {
			answer = answer || inside
		}
		return true
	})
	return answer
}

// assigns: e is what a variable holds before the branch replaces it.
func assigns(fn *ast.FuncDecl, branch *ast.IfStmt, e ast.Expr) bool {
	var replaced []string
	ast.Inspect(branch.Body, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for _, l := range a.Lhs {
				if name, ok := l.(*ast.Ident); ok {
					replaced = append(replaced, name.Name)
				}
			}
		}
		return true
	})
	answer := false
	ast.Inspect(fn, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Pos() < branch.Pos() {
			for i, l := range a.Lhs {
				if name, ok := l.(*ast.Ident); ok && slices.Contains(replaced, name.Name) && i < len(a.Rhs) {
					answer = answer || a.Rhs[i].Pos() <= e.Pos() && e.End() <= a.Rhs[i].End()
				}
			}
		}
		return true
	})
	return answer
}

func mentions(e ast.Expr, name string) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			found = true
		}
		return true
	})
	return found
}

// insert is the statement of a call of sqldb.Insert.
func (r reader) insert(e ast.Expr, locals map[string][]ast.Expr) (string, bool) {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 4 || !isCall(call, "sqldb", "Insert") {
		return "", false
	}
	table, err := r.eval(call.Args[1], locals)
	columns, err2 := r.eval(call.Args[2], locals)
	if err != nil || err2 != nil {
		return "", false
	}
	var marks []string
	for i := range strings.Split(columns[0], ",") {
		marks = append(marks, fmt.Sprintf("$%d", i+1))
	}
	return "INSERT INTO " + table[0] + " (" + columns[0] + ") VALUES (" + strings.Join(marks, ", ") + ")", true
}

func isCall(call *ast.CallExpr, pkg, name string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg
}

// eval gives the texts that an expression may have.
func (r reader) eval(e ast.Expr, locals map[string][]ast.Expr) ([]string, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return []string{text}, err
	case *ast.ParenExpr:
		return r.eval(e.X, locals)
	case *ast.Ident:
		if c, ok := r.constants[e.Name]; ok {
			return r.eval(c, locals)
		}
		var out []string
		for _, v := range locals[e.Name] {
			texts, err := r.eval(v, locals)
			if err != nil {
				return nil, err
			}
			out = append(out, texts...)
		}
		if len(out) == 0 {
			return nil, fmt.Errorf("%s is no constant", e.Name)
		}
		return out, nil
	case *ast.BinaryExpr:
		left, err := r.eval(e.X, locals)
		if err != nil {
			return nil, err
		}
		right, err := r.eval(e.Y, locals)
		if err != nil {
			return nil, err
		}
		var out []string
		for _, l := range left {
			for _, x := range right {
				out = append(out, l+x)
			}
		}
		return out, nil
	case *ast.CallExpr:
		if isCall(e, "sqldb", "InJSON") {
			parameter, err := r.eval(e.Args[1], locals)
			if err != nil {
				return nil, err
			}
			return []string{sqldb.InJSON(r.ctx, parameter[0])}, nil
		}
	}
	return nil, fmt.Errorf("a %T", e)
}
