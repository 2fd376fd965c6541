package modules

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/query"
)

// dialect is Starlark as modules see it: no while, no recursion, and nothing but
// declarations at the top level.
func dialect() *syntax.FileOptions { return &syntax.FileOptions{Set: true} }

// parsed is a file whose names are resolved and which is compiled.
type parsed struct {
	prog  *starlark.Program
	calls map[place]*syntax.CallExpr // by the bracket, where the interpreter says a call is
	defs  map[place]syntax.Node      // functions by where the interpreter says they are
	doc   string                     // the text the file begins with
	named []named                    // files beside it that it names
}

type place struct{ line, col int32 }

func placeOf(p syntax.Position) place { return place{p.Line, p.Col} }

// parse compiles a file, or reports everything that is wrong with it.
func parse(r *report, label, src string, predeclared starlark.StringDict) *parsed {
	if len(src) > interp.MaxFile {
		r.errorf(label, "split it up: load(\"//lib/part.star\", …) takes names from another file",
			"the file is longer than %d KiB", interp.MaxFile>>10)
		return nil
	}
	if !utf8.ValidString(src) || strings.ContainsRune(src, 0) {
		r.errorf(label, "save it as UTF-8", "the file is not UTF-8 text")
		return nil
	}
	f, err := dialect().Parse(label, src, 0)
	if err != nil {
		reportSyntax(r, label, src, err)
		return nil
	}
	p := &parsed{calls: map[place]*syntax.CallExpr{}, defs: map[place]syntax.Node{}, doc: docOf(f)}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			p.calls[placeOf(n.Lparen)] = n
			if file, ok := namedFile(n); ok {
				p.named = append(p.named, file)
			}
		case *syntax.DefStmt:
			p.defs[placeOf(n.Def)] = n
		case *syntax.LambdaExpr:
			p.defs[placeOf(n.Lambda)] = n
		case *syntax.DotExpr:
			if n.Name.Name == "reveal" {
				r.warnf(n.Name.NamePos.String(), `write "… %s" % secret, secret.quote_shell() or secret.quote_sql(): commands get the secret, logs do not`,
					"reveal() gives a secret in clear, and not all that is made of it is hidden")
			}
		}
		return true
	})
	prog, err := starlark.FileProgram(f, predeclared.Has)
	if err != nil {
		reportResolve(r, label, err, predeclared)
		return nil
	}
	p.prog = prog
	return p
}

func docOf(f *syntax.File) string {
	if len(f.Stmts) == 0 {
		return ""
	}
	if e, ok := f.Stmts[0].(*syntax.ExprStmt); ok {
		if lit, ok := e.X.(*syntax.Literal); ok && lit.Token == syntax.STRING {
			return strings.TrimSpace(lit.Value.(string))
		}
	}
	return ""
}

// reportSyntax prefers what the file shows of Python to what the parser stumbled
// over, which stops at the first.
func reportSyntax(r *report, label, src string, err error) {
	found := findPython(src)
	for _, h := range found {
		r.errorf(fmt.Sprintf("%s:%d:%d", label, h.line, h.col), h.hint, "%s in a module", h.msg)
	}
	var se syntax.Error
	if !errors.As(err, &se) {
		r.errorf(label, "", "cannot read: %v", err)
		return
	}
	for _, h := range found {
		if int32(h.line) <= se.Pos.Line {
			return // what comes after it follows from it
		}
	}
	msg, hint := strings.TrimPrefix(se.Msg, "syntax error: "), interp.Hint(se.Msg)
	if n := int(se.Pos.Line); strings.Contains(se.Msg, "dent") && strings.Contains(lineOf(src, n-1)+lineOf(src, n), "\t") {
		hint = "indent with 4 spaces, not with tabs: a tab counts as up to 8"
	}
	at := se.Pos.String()
	if b, ok := unclosed(src, int(se.Pos.Line), int(se.Pos.Col)); ok && hint == "" {
		switch {
		case strings.HasPrefix(msg, "got end of file"):
			at, msg, hint = fmt.Sprintf("%s:%d:%d", label, b.line, b.col), fmt.Sprintf("'%c' is never closed", b.sign), "each ( [ { needs its ) ] }"
		case b.line < int(se.Pos.Line):
			hint = fmt.Sprintf("the '%c' of line %d is still open here: is a bracket or a comma missing?", b.sign, b.line)
		default:
			hint = fmt.Sprintf("the '%c' of column %d is still open here: is a bracket or a comma missing?", b.sign, b.col)
		}
	}
	r.errorf(at, hint, "syntax error: %s", msg)
}

func lineOf(src string, n int) string {
	lines := strings.Split(src, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1]
}

func reportResolve(r *report, label string, err error, predeclared starlark.StringDict) {
	var list resolve.ErrorList
	if !errors.As(err, &list) {
		r.errorf(label, "", "%v", err)
		return
	}
	for _, e := range list {
		msg := strings.Replace(e.Msg, "this Starlark dialect does not support while loops", "there is no 'while' in a module", 1)
		hint := interp.Hint(e.Msg)
		if name, ok := strings.CutPrefix(e.Msg, "undefined: "); ok && hint == "" {
			if n := query.Nearest(name, predeclared.Keys()); n != "" {
				hint = "did you mean '" + n + "'?"
			}
		}
		r.errorf(e.Pos.String(), hint, "%s", msg)
	}
}
