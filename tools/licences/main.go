// Command licences prints the licence texts of everything inside the binary:
// the Go modules it links, Go itself, and the packages bundled into the web
// app. It fails when one of them has no text, so that nothing ships unnamed.
//
// Usage: licences ROOT > cmd/tianbo/licenses.txt
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// component is one thing inside, with the texts it asks to be shipped with.
type component struct {
	name  string
	texts []string
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licences ROOT")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	all, err := modules(root)
	if err != nil {
		return err
	}
	packages, err := webPackages(filepath.Join(root, "web"))
	if err != nil {
		return err
	}
	return write(append(all, packages...))
}

// modules are those that the binary links on the machines it is built for.
func modules(root string) ([]component, error) {
	type module struct{ Path, Version, Dir string }
	type pkg struct {
		Dir    string
		Module *module
	}
	folders := map[module]map[string]bool{}
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,Module", "./cmd/tianbo")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Version == "" {
			continue // the standard library, or Tianbo itself
		}
		if folders[*p.Module] == nil {
			folders[*p.Module] = map[string]bool{p.Module.Dir: true}
		}
		// A folder below may hold code under another licence.
		for dir := p.Dir; strings.HasPrefix(dir, p.Module.Dir); dir = filepath.Dir(dir) {
			folders[*p.Module][dir] = true
		}
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	standard, err := texts(map[string]bool{strings.TrimSpace(string(goroot)): true})
	if err != nil {
		return nil, err
	}
	list := []component{{"The Go standard library and runtime", standard}}
	for m, dirs := range folders {
		t, err := texts(dirs)
		if err != nil {
			return nil, err
		}
		if len(t) == 0 {
			return nil, fmt.Errorf("%s has no licence text", m.Path)
		}
		list = append(list, component{m.Path + " " + m.Version, t})
	}
	slices.SortFunc(list[1:], func(a, b component) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

var licenceFile = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|copyright|notice|patents)([-._].*)?$`)

func texts(dirs map[string]bool) ([]string, error) {
	var out []string
	for _, dir := range slices.Sorted(func(yield func(string) bool) {
		for d := range dirs {
			if !yield(d) {
				return
			}
		}
	}) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !licenceFile.MatchString(e.Name()) || slices.Contains([]string{".go", ".js", ".ts"}, filepath.Ext(e.Name())) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			if t := clean(string(text)); !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// clean drops what differs between copies of one text without meaning.
func clean(text string) string {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// serviceWorker are build dependencies of which parts end up in the service
// worker all the same.
var serviceWorker = []string{"workbox-core", "workbox-precaching", "workbox-routing", "workbox-strategies"}

// webPackages are those bundled into the web app, not the ones it is built or
// tested with.
func webPackages(dir string) ([]component, error) {
	data, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version  string
			Dev      bool
			Optional bool
			Peer     bool
			License  string
		}
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, fmt.Errorf("package-lock.json: %w", err)
	}
	var out []component
	for path, p := range lock.Packages {
		name := path[strings.LastIndex(path, "/")+1:]
		if i := strings.LastIndex(path, "node_modules/"); i >= 0 {
			name = path[i+len("node_modules/"):] // with its scope
		}
		if path == "" || (p.Dev || p.Optional || p.Peer) && !slices.Contains(serviceWorker, name) {
			continue
		}
		t, err := texts(map[string]bool{filepath.Join(dir, path): true})
		if err != nil {
			return nil, fmt.Errorf("%s: %w; run npm ci in web/ first", name, err)
		}
		if len(t) == 0 && p.License == "" {
			return nil, fmt.Errorf("%s has no licence text", name)
		}
		if len(t) == 0 {
			t = []string{"Licensed under " + p.License + ", as its package says; it ships no text of its own."}
		}
		out = append(out, component{name + " " + p.Version, t})
	}
	slices.SortFunc(out, func(a, b component) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(out, func(a, b component) bool { return a.name == b.name }), nil
}

// write prints each text once, under the names of all that it covers.
func write(all []component) error {
	var order []string
	covers := map[string][]string{}
	for _, c := range all {
		for _, t := range c.texts {
			if covers[t] == nil {
				order = append(order, t)
			}
			covers[t] = append(covers[t], c.name)
		}
	}
	w := bufio.NewWriter(os.Stdout)
	fmt.Fprintf(w, "Tianbo is licensed under the Apache License 2.0. It stands on the work of others:\n\n")
	for _, c := range all {
		fmt.Fprintf(w, "  %s\n", c.name)
	}
	rule := strings.Repeat("=", 78)
	for _, t := range order {
		fmt.Fprintf(w, "\n%s\n", rule)
		for _, name := range covers[t] {
			fmt.Fprintf(w, "%s\n", name)
		}
		fmt.Fprintf(w, "%s\n\n%s\n", rule, t)
	}
	return w.Flush()
}
