package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"strconv"
	"strings"
)

// packageRules checks what is said once per package: it has a row in the table
// and a package comment, in doc.go; that of a command may be in main.go.
func (r Rules) packageRules(p pkg) []Finding {
	var out []Finding
	if _, known := r.row(p.name); !known {
		first := p.files[0]
		out = append(out, Finding{first.path, first.line(first.ast), "table",
			fmt.Sprintf("package %s has no row in the import table, internal/archtest/rules.go", p.name)})
	}
	for _, f := range p.files {
		base := path.Base(f.path)
		if base != "doc.go" && (base != "main.go" || f.ast.Name.Name != "main") {
			continue
		}
		if f.ast.Doc == nil {
			out = append(out, Finding{f.path, f.line(f.ast), "doc", "no package comment: say what the package is for, what it never does, who owns its goroutines"})
		}
		return out
	}
	return append(out, Finding{path.Join(p.name, "doc.go"), 1, "doc", fmt.Sprintf("package %s has no doc.go", p.name)})
}

// fileRules checks one file. Tests may import and start what they like; the rest
// of the rules that bind them are about the whole package.
func (r Rules) fileRules(p pkg, f file) []Finding {
	row, _ := r.row(p.name)
	out := r.inits(p, f)
	if f.test {
		return out
	}
	out = append(out, r.length(f)...)
	out = append(out, r.imports(p, row, f)...)
	if !row.Test {
		out = append(out, r.limited(p, f)...)
	}
	return out
}

func (r Rules) length(f file) []Finding {
	if f.lines <= r.MaxLines {
		return nil
	}
	return []Finding{{f.path, r.MaxLines + 1, "length",
		fmt.Sprintf("%d lines, more than %d: one idea per file", f.lines, r.MaxLines)}}
}

func (r Rules) imports(p pkg, row Package, f file) []Finding {
	var out []Finding
	for _, spec := range f.ast.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has seen to it
		}
		if msg := r.forbidden(p, row, name); msg != "" {
			out = append(out, Finding{f.path, f.line(spec), "imports", msg})
		}
	}
	return out
}

// forbidden says why a package must not import another, "" if it may.
func (r Rules) forbidden(p pkg, row Package, name string) string {
	for _, ban := range r.Bans {
		for _, b := range ban.Imports {
			if covers(ban.Package, p.name) && covers(b+"/...", name) {
				return fmt.Sprintf("%s must not import %s: %s", p.name, name, ban.Why)
			}
		}
	}
	ours, isOurs := strings.CutPrefix(name+"/", r.Module+"/")
	ours = strings.TrimSuffix(ours, "/")
	if !isOurs || row.Test || row.Name == "" {
		return "" // not ours; or free to import; or already reported as unknown
	}
	if other, known := r.row(ours); known && other.Test {
		return fmt.Sprintf("%s must not import %s: only tests may", p.name, ours)
	}
	if anyCovers(row.May, ours) || len(row.May) == 1 && row.May[0] == "*" {
		return ""
	}
	may := "none of our packages"
	if len(row.May) > 0 {
		may = "only " + strings.Join(row.May, ", ")
	}
	return fmt.Sprintf("%s must not import %s: the table allows %s", p.name, ours, may)
}

func (r Rules) inits(p pkg, f file) []Finding {
	if anyCovers(r.Init, p.name) {
		return nil
	}
	var out []Finding
	for _, d := range f.ast.Decls {
		if fn, is := d.(*ast.FuncDecl); is && fn.Recv == nil && fn.Name.Name == "init" {
			out = append(out, Finding{f.path, f.line(fn), "init",
				"no func init(): dependencies arrive by constructor"})
		}
	}
	return out
}
