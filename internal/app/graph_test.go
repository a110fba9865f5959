package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// edges are the permitted calls between modules (R1): a module may import
// another only along one of these. They form a directed acyclic graph, calls
// go down; what must travel up travels as an event. An edge is added here on
// purpose, with the module's needs.go as the reason.
var edges = map[string][]string{
	"live/clip":       {"live/room"},
	"live/chat":       {"live/room"},
	"live/interact":   {"live/room"},
	"market/order":    {"market/catalog", "market/payment", "market/ledger"},
	"market/payment":  {"market/ledger"},
	"people/account":  {"people/org"},
	"live/media/loop": {"live/media"},
}

// owners name the only packages that may import a vendor library (R2); a
// trailing slash means the folder and all below it.
var owners = map[string][]string{
	"github.com/danielgtaylor/huma": {"platform/httpapi"},
	"modernc.org/sqlite":            {"platform/sqldb"},
	"github.com/jackc/pgx":          {"platform/sqldb"},
	"github.com/pressly/goose":      {"platform/sqldb"},
	"github.com/knadh/koanf":        {"platform/conf"},
	"github.com/alecthomas/kong":    {},
	"github.com/nats-io":            {"platform/bus"},
	"github.com/centrifugal":        {"platform/realtime"},
	"github.com/pion":               {"live/media/"},
	"github.com/bluenviron":         {"live/media/"},
	"github.com/abema/go-mp4":       {"live/media/"},
	"github.com/cedar-policy":       {"platform/authz"},
	"github.com/go-webauthn":        {"people/account"},
	"github.com/pquerna/otp":        {"people/account"},
	"github.com/tink-crypto":        {"platform/seal"},
	"github.com/minio/minio-go":     {"platform/blob"},
	"go.opentelemetry.io":           {"platform/obs"},
	"github.com/prometheus":         {"platform/obs"},
	"github.com/SherClockHolmes":    {"platform/notify"},
	"golang.org/x/crypto/acme":      {"platform/tlscert"},
	"golang.org/x/image":            {"market/catalog"},
	"github.com/wechatpay-apiv3":    {"platform/pay/wechat"},
	"github.com/smartwalle":         {"platform/pay/alipay"},
	"golang.org/x/mod":              {"market/ledger/dayroot"},
	"golang.org/x/time":             {"platform/httpapi"},
	"gonum.org":                     {"supply/routing/"},
}

const root = "../.."

type source struct {
	path string // slash path from the repository root
	pkg  string // "live/room": the folder below internal/, or "cmd/tianbo"
	file *ast.File
	fset *token.FileSet
}

func sources(t *testing.T, tests bool) []source {
	t.Helper()
	var out []source
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || (!tests && strings.HasSuffix(path, "_test.go")) {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			rel := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			out = append(out, source{rel, strings.TrimPrefix(filepath.ToSlash(filepath.Dir(rel)), "internal/"), file, fset})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: the walk is broken", len(out))
	}
	return out
}

func imports(s source) []string {
	var out []string
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		out = append(out, path)
	}
	return out
}

// layer is 0 kernel, 1 platform, 2 modules, 3 app, 4 commands.
func layer(pkg string) int {
	switch first, _, _ := strings.Cut(pkg, "/"); first {
	case "kernel":
		return 0
	case "platform":
		return 1
	case "app":
		return 3
	case "cmd":
		return 4
	}
	return 2
}

func TestImportsGoDown(t *testing.T) {
	for _, s := range sources(t, false) {
		for _, path := range imports(s) {
			target, ours := strings.CutPrefix(path, "tianbo/internal/")
			if !ours || target == s.pkg {
				continue
			}
			from, to := layer(s.pkg), layer(target)
			switch {
			case to > from:
				t.Errorf("%s imports %s: imports go cmd → app → modules → platform → kernel", s.path, target)
			case from == 2 && to == 2 && !permitted(s.pkg, target):
				t.Errorf("%s imports %s: that edge is not in the table; call through needs.go, use an event, or add the edge on purpose", s.path, target)
			case from == 0 && to == 0 && s.pkg == "kernel/money":
				t.Errorf("%s imports %s: money stands alone", s.path, target)
			}
		}
	}
}

// permitted: an edge of the table, or a module and its own algorithm packages.
func permitted(from, to string) bool {
	return slices.Contains(edges[from], to) || sameModule(from, to)
}

func sameModule(a, b string) bool {
	name := func(p string) string {
		parts := strings.SplitN(p, "/", 3)
		return strings.Join(parts[:min(2, len(parts))], "/")
	}
	return name(a) == name(b)
}

func TestModuleGraphHasNoCycle(t *testing.T) {
	var visit func(string, []string)
	visit = func(m string, path []string) {
		if slices.Contains(path, m) {
			t.Fatalf("cycle: %s", strings.Join(append(path, m), " → "))
		}
		for _, next := range edges[m] {
			visit(next, append(slices.Clone(path), m))
		}
	}
	for m := range edges {
		visit(m, nil)
	}
}

func TestVendorLibrariesHaveOneOwner(t *testing.T) {
	for _, s := range sources(t, false) {
		if layer(s.pkg) >= 4 {
			continue // commands may use the command-line library
		}
		for _, path := range imports(s) {
			if strings.HasPrefix(path, "tianbo/") || !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
				continue
			}
			if layer(s.pkg) == 0 {
				t.Errorf("%s imports %s: the kernel stands on the standard library", s.path, path)
			}
			for vendor, allowed := range owners {
				if strings.HasPrefix(path, vendor) && !owned(s.pkg, allowed) {
					t.Errorf("%s imports %s, which belongs to %v", s.path, path, allowed)
				}
			}
		}
	}
}

func owned(pkg string, allowed []string) bool {
	return slices.ContainsFunc(allowed, func(a string) bool {
		return pkg == a || strings.HasSuffix(a, "/") && strings.HasPrefix(pkg+"/", a)
	})
}

var sqlText = regexp.MustCompile(`(?s)^\s*(SELECT\s.+\sFROM\s|INSERT INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|CREATE (TABLE|INDEX)\s)`)

// SQL stands in store.go (or store_<noun>.go) and migrations only (R3); the
// packages that are about SQL itself are free.
func TestSQLOnlyInStores(t *testing.T) {
	for _, s := range sources(t, false) {
		base := filepath.Base(s.path)
		if strings.HasPrefix(base, "store") || strings.HasPrefix(s.pkg, "platform/sqldb") || s.pkg == "platform/search" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && sqlText.MatchString(text) {
				t.Errorf("%s: SQL outside store.go", s.fset.Position(lit.Pos()))
			}
			return true
		})
	}
}

var tableName = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?: IF NOT EXISTS)?)\s+([a-z]+)_[a-z_]+`)

// A module touches its own tables only: their names start with its name (R3).
func TestStoresTouchTheirOwnTables(t *testing.T) {
	for _, s := range sources(t, false) {
		if layer(s.pkg) != 2 || !strings.HasPrefix(filepath.Base(s.path), "store") {
			continue
		}
		own := filepath.Base(s.pkg)
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			for _, m := range tableName.FindAllStringSubmatch(lit.Value, -1) {
				if m[1] != own && m[1] != "json" && m[1] != "jsonb" {
					t.Errorf("%s: %s is not a table of %s", s.fset.Position(lit.Pos()), m[0], own)
				}
			}
			return true
		})
	}
}

// rules.go and the algorithm packages read no clock, randomness or
// environment (R4): the same input gives the same answer.
func TestRulesArePure(t *testing.T) {
	banned := map[string][]string{"time": {"Now", "Since", "Until", "Sleep", "After", "NewTimer"}, "os": nil, "math/rand": nil, "crypto/rand": nil}
	for _, s := range sources(t, false) {
		if filepath.Base(s.path) != "rules.go" && !strings.HasPrefix(s.pkg, "supply/routing") {
			continue
		}
		for _, path := range imports(s) {
			if names, ok := banned[path]; ok && names == nil {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(banned["time"], sel.Sel.Name) {
				t.Errorf("%s: time.%s in a pure file", s.fset.Position(sel.Pos()), sel.Sel.Name)
			}
			return true
		})
	}
}

// Every package says what it is for (R5).
func TestEveryPackageHasADocComment(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t, false) {
		if _, seen := documented[s.pkg]; !seen {
			documented[s.pkg] = false
		}
		if s.file.Doc != nil && len(s.file.Doc.Text()) > 30 {
			documented[s.pkg] = true
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no doc comment", pkg)
		}
	}
}

// Packages are nouns of the trade.
func TestNoCatchAllPackages(t *testing.T) {
	for _, s := range sources(t, true) {
		if slices.Contains([]string{"util", "utils", "common", "helper", "helpers", "types", "misc", "base"}, filepath.Base(s.pkg)) {
			t.Errorf("%s: name the package after what it is about", s.path)
		}
	}
}

// A file over 600 lines is a mistake.
func TestFilesStayReadable(t *testing.T) {
	for _, s := range sources(t, true) {
		text, err := os.ReadFile(filepath.Join(root, s.path))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > 600 {
			t.Errorf("%s has %d lines", s.path, n)
		}
	}
}
