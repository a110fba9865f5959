// Command moduledocs writes one page for each package that has a doc comment
// worth a page: what it promises, who may do what, and its operations.
//
// Usage: moduledocs ROOT
package main

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: moduledocs ROOT")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "moduledocs:", err)
		os.Exit(1)
	}
}

// page is one package.
type page struct {
	name    string // "live/room"
	purpose string // its first sentence
	text    string
}

func run(root string) error {
	operations, err := readOperations(filepath.Join(root, "api/openapi.yaml"))
	if err != nil {
		return err
	}
	var pages []page
	err = filepath.WalkDir(filepath.Join(root, "internal"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		if e.Name() == "testdata" || e.Name() == "migrations" {
			return filepath.SkipDir
		}
		p, err := read(root, path, operations)
		if err == nil && p.text != "" {
			pages = append(pages, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	return write(filepath.Join(root, "docs/modules"), pages)
}

func read(root, dir string, operations map[string][]string) (page, error) {
	files := token.NewFileSet()
	var parsed []*ast.File
	entries, err := os.ReadDir(dir)
	if err != nil {
		return page{}, err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(files, filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			return page{}, err
		}
		parsed = append(parsed, f)
	}
	if len(parsed) == 0 {
		return page{}, nil
	}
	name, err := filepath.Rel(filepath.Join(root, "internal"), dir)
	if err != nil {
		return page{}, err
	}
	name = filepath.ToSlash(name)
	about, err := doc.NewFromFiles(files, parsed, "tianbo/internal/"+name)
	if err != nil {
		return page{}, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s", name, about.Markdown(about.Doc))
	if list := operations[about.Name]; len(list) > 0 && strings.Count(name, "/") == 1 {
		b.WriteString("\n## Operations\n\n| operation | call | action | does |\n| --- | --- | --- | --- |\n")
		for _, line := range list {
			b.WriteString(line)
		}
	}
	policy, err := os.ReadFile(filepath.Join(dir, "policy.cedar"))
	if err == nil {
		fmt.Fprintf(&b, "\n## Who may\n\n```cedar\n%s\n```\n", strings.TrimSpace(string(policy)))
	}
	fmt.Fprintf(&b, "\nCode: [internal/%s](../../internal/%s)\n", name, name)
	return page{name, about.Synopsis(about.Doc), b.String()}, nil
}

var (
	pathLine = regexp.MustCompile(`^  (/\S+):$`)
	verbLine = regexp.MustCompile(`^    (get|put|post|patch|delete):$`)
	itemLine = regexp.MustCompile(`^      (operationId|summary|x-action): (.*)$`)
)

// readOperations groups the operations of the API by the module that their
// action belongs to.
func readOperations(path string) (map[string][]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	var at, verb string
	item := map[string]string{}
	flush := func() {
		module, _, owned := strings.Cut(item["x-action"], ".")
		if owned && item["operationId"] != "" {
			out[module] = append(out[module], fmt.Sprintf("| `%s` | `%s %s` | `%s` | %s |\n",
				item["operationId"], strings.ToUpper(verb), at, item["x-action"], item["summary"]))
		}
		item = map[string]string{}
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		if m := pathLine.FindStringSubmatch(line); m != nil {
			flush()
			at = m[1]
		} else if m := verbLine.FindStringSubmatch(line); m != nil {
			flush()
			verb = m[1]
		} else if m := itemLine.FindStringSubmatch(line); m != nil {
			item[m[1]] = strings.Trim(m[2], `'"`)
		}
	}
	flush()
	for _, list := range out {
		slices.Sort(list)
	}
	return out, nil
}

// write replaces what is in the folder.
func write(dir string, pages []page) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var index strings.Builder
	index.WriteString("# Modules\n\nMade from the code by `make generate`.\n\n| package | is |\n| --- | --- |\n")
	for _, p := range pages {
		file := strings.ReplaceAll(p.name, "/", "-") + ".md"
		fmt.Fprintf(&index, "| [%s](%s) | %s |\n", p.name, file, p.purpose)
		if err := os.WriteFile(filepath.Join(dir, file), []byte(p.text), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), []byte(index.String()), 0o644)
}
