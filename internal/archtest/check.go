package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Finding is one place that breaks a rule. It prints as "file:line: rule: what".
type Finding struct {
	File string // relative to the root of the module, with slashes
	Line int
	Rule string // "imports", "table", "goroutines", "secrets", "length", "doc" or "init"
	Msg  string
}

// String prints the finding as a compiler would.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Msg)
}

// Check reads every Go file of the module in the folder root and returns what
// breaks the rules, sorted by file and line. Modules within the module, testdata
// and hidden folders are left out; build tags are not looked at. The error is for
// a tree that cannot be read or is another module.
func Check(root string, r Rules) ([]Finding, error) {
	if err := sameModule(root, r.Module); err != nil {
		return nil, err
	}
	pkgs, err := load(root)
	if err != nil {
		return nil, err
	}
	var all []Finding
	for _, p := range pkgs {
		all = append(all, r.packageRules(p)...)
		for _, f := range p.files {
			all = append(all, r.fileRules(p, f)...)
		}
	}
	slices.SortFunc(all, func(a, b Finding) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return all, nil
}

func sameModule(root, module string) error {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return fmt.Errorf("cannot tell which module this is: %w", err)
	}
	line := regexp.MustCompile(`(?m)^module\s+(\S+)`).FindSubmatch(text)
	if len(line) < 2 || string(line[1]) != module {
		return fmt.Errorf("cannot check %s: it is not the module %s", root, module)
	}
	return nil
}

// row finds what the table says of a package.
func (r Rules) row(pkg string) (Package, bool) {
	for _, row := range r.Packages {
		if covers(row.Name, pkg) {
			return row, true
		}
	}
	return Package{}, false
}

// covers tells whether a name of the rules means this package.
func covers(name, pkg string) bool {
	tree, wild := strings.CutSuffix(name, "/...")
	return pkg == tree || wild && strings.HasPrefix(pkg, tree+"/")
}

func anyCovers(names []string, pkg string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return covers(n, pkg) })
}
