package archtest

import (
	"fmt"
	"go/ast"
	"slices"
)

// limited finds what only other places may do.
func (r Rules) limited(p pkg, f file) []Finding {
	var out []Finding
	for _, x := range r.Limited {
		if slices.ContainsFunc(x.Places, func(pl Place) bool { return pl.Name == f.path || covers(pl.Name, p.name) }) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if by := f.use(n); slices.Contains(x.By, by) {
				out = append(out, Finding{f.path, f.line(n), x.Rule,
					fmt.Sprintf("%s must not %s by %s: internal/archtest/rules.go lists who may", p.name, x.What, by)})
			}
			return true
		})
	}
	return out
}

// use names what a piece of source uses, as Limited.By does; "" is something else.
func (f file) use(n ast.Node) string {
	switch n := n.(type) {
	case *ast.GoStmt:
		return "go"
	case *ast.SelectorExpr:
		if from := f.imported(n.X); from != "" {
			return from + "." + n.Sel.Name
		}
		return n.Sel.Name
	}
	return ""
}
