// Command licences prints the licence texts of everything inside the binary:
// the Go modules it links, Go itself, and the packages bundled into the web
// app. It fails when one of them has no text, so that nothing ships unnamed.
//
// Usage: licences ROOT MAPS > cmd/tianbo/licenses.txt, where MAPS holds the source
// maps of the web app
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
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
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: licences ROOT MAPS")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(root, sourceMaps string) error {
	all, err := modules(root)
	if err != nil {
		return err
	}
	packages, err := webPackages(filepath.Join(root, "web"), sourceMaps)
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
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
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

var bundled = regexp.MustCompile(`node_modules/((?:@[^/"]+/)?[^/"]+)/`)

// webPackages are those whose code is in the web app, as its source maps say:
// not the ones it is built or tested with.
func webPackages(dir, sourceMaps string) ([]component, error) {
	names := map[string]bool{}
	err := filepath.WalkDir(sourceMaps, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".map" {
			return err
		}
		var m struct{ Sources []string }
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &m)
		}
		for _, source := range m.Sources {
			for _, found := range bundled.FindAllStringSubmatch(source, -1) {
				names[found[1]] = true
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("source maps: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no source maps in %s", sourceMaps)
	}
	var out []component
	for _, name := range slices.Sorted(maps.Keys(names)) {
		folder := filepath.Join(dir, "node_modules", name)
		var about struct{ Version, License string }
		data, err := os.ReadFile(filepath.Join(folder, "package.json"))
		if err == nil {
			err = json.Unmarshal(data, &about)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t, err := texts(map[string]bool{folder: true})
		if err != nil {
			return nil, err
		}
		if len(t) == 0 && about.License == "" {
			return nil, fmt.Errorf("%s has no licence text", name)
		}
		if len(t) == 0 {
			t = []string{"Licensed under " + about.License + ", as its package says; it ships no text of its own."}
		}
		out = append(out, component{name + " " + about.Version, t})
	}
	return out, nil
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
