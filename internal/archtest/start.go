package archtest

import (
	"fmt"
	"go/ast"
	"slices"
)

// starts finds what makes work go on beside its caller: a go statement, a method
// called Go or TryGo (of a WaitGroup or an errgroup), AfterFunc of time or context.
func (r Rules) starts(p pkg, f file) []Finding {
	if anyCovers(r.Go, p.name) {
		return nil
	}
	var out []Finding
	found := func(n ast.Node, what, list string) {
		out = append(out, Finding{f.path, f.line(n), "goroutines",
			fmt.Sprintf("%s must not %s: it is not in the list %s of internal/archtest/rules.go", p.name, what, list)})
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found(n, "start a goroutine", "Go")
		case *ast.CallExpr:
			if m, is := n.Fun.(*ast.SelectorExpr); is && (m.Sel.Name == "Go" || m.Sel.Name == "TryGo") && f.imported(m.X) == "" {
				found(n, "start a goroutine by "+m.Sel.Name, "Go")
			}
		case *ast.SelectorExpr:
			from := f.imported(n.X)
			if n.Sel.Name == "AfterFunc" && (from == "time" || from == "context") && !allowed(r.Later, p, f) {
				found(n, "call "+from+".AfterFunc", "Go or Later")
			}
		}
		return true
	})
	return out
}

// reveals finds who reads the text of a secret.
func (r Rules) reveals(p pkg, f file) []Finding {
	return uses(p, f, "Reveal", r.Reveal, "secrets", "must not reveal a secret")
}

// converts finds who gives a value its type.
func (r Rules) converts(p pkg, f file) []Finding {
	return append(uses(p, f, "Convert", r.Convert, "values", "must not convert a value"),
		uses(p, f, "ParseInput", r.Convert, "values", "must not read what was typed")...)
}

// uses finds where a method is called, or taken as a function, outside of the places
// that may.
func uses(p pkg, f file, method string, places []Place, rule, what string) []Finding {
	if allowed(places, p, f) {
		return nil
	}
	var out []Finding
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, is := n.(*ast.SelectorExpr); is && s.Sel.Name == method && f.imported(s.X) == "" {
			out = append(out, Finding{f.path, f.line(s), rule,
				fmt.Sprintf("%s %s: it is not in the list of rule %s in internal/archtest/rules.go", p.name, what, rule)})
		}
		return true
	})
	return out
}

// allowed tells whether a file, or its package, is one of the places.
func allowed(places []Place, p pkg, f file) bool {
	return slices.ContainsFunc(places, func(x Place) bool { return x.Name == f.path || covers(x.Name, p.name) })
}
