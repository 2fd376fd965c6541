package module

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/modules/testbench"
)

// ctxFields are what ctx holds besides functions.
func ctxFields() []typeDoc {
	return []typeDoc{
		{"ctx.req.<require>.<variable>", "a value that was given; a require with nargs \"?\" may be None, one with \"*\" or a number is a list"},
		{"ctx.me.name, ctx.me.address", "the host, and the address under which others reach it"},
		{"ctx.me.os.name, ctx.me.os.release", "its system, as in \"debian\" and \"12\""},
	}
}

// Stubs is what the command prints.
func Stubs() string { return stubs() }

// Reference is the reference of all that Armonic adds to Starlark, in Markdown. It is
// written from what the loader binds arguments by.
func Reference() string {
	var b strings.Builder
	b.WriteString("### Declarations\n\nThey work at the top level of a file, and in functions that are called from there.\n")
	for _, s := range modules.Signatures() {
		describe(&b, s)
	}
	b.WriteString("\n### Types of variables\n\n| type | values |\n|---|---|\n")
	for _, t := range typeDocs() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", t.name, t.doc)
	}
	b.WriteString("\n### What functions are given\n\nEach function that a declaration names gets `ctx`; `cross` gets `flags` too, `validate` the value.\n\n| name | what it is |\n|---|---|\n")
	for _, f := range ctxFields() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.name, f.doc)
	}
	for _, s := range actions.Signatures() {
		describe(&b, s)
	}
	b.WriteString("\n### In tests\n\nFiles named `*_test.star` have these too. Each function named `test_*` begins with one simulated host, `host1`.\n")
	for _, s := range testbench.Signatures() {
		describe(&b, s)
	}
	return b.String()
}

func describe(b *strings.Builder, s *interp.Signature) {
	fmt.Fprintf(b, "\n#### `%s`\n\n%s\n", s.Line(), s.Doc)
	params := s.Params
	if s.Rest.Name != "" {
		rest := s.Rest
		rest.Name = "*" + rest.Name
		params = append(append([]interp.Parameter(nil), params[:s.Positional]...), append([]interp.Parameter{rest}, params[s.Positional:]...)...)
	}
	if len(params) == 0 {
		return
	}
	b.WriteString("\n| argument | type | meaning |\n|---|---|---|\n")
	for _, p := range params {
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", p.Name, strings.ReplaceAll(p.Type, "|", `\|`), p.Doc)
	}
}

// Page is the reference of a lifecycle, as armonic module doc prints it.
func Page(l *lifecycle.Lifecycle) string {
	var b strings.Builder
	describeLifecycle(l).markdown(&b)
	return b.String()
}

// Limits is the table of what a module may use, in Markdown.
func Limits() string {
	rows := []struct{ name, what string }{
		{"step", fmt.Sprintf("%d steps of the interpreter for each file, %d for each call", interp.LoadSteps, interp.ActSteps)},
		{"time", fmt.Sprintf("%s of computing for loading all files, %s for each call; waiting for commands does not count", interp.LoadTime, interp.ActTime)},
		{"recursion", "none: a function may not call itself, directly or through others"},
		{"size", fmt.Sprintf("texts of a GiB; %d elements, nested %d deep, in a value that leaves the module", interp.MaxElements, interp.MaxDepth)},
	}
	var b strings.Builder
	b.WriteString("| limit | what is allowed |\n|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s |\n", r.name, r.what)
	}
	fmt.Fprintf(&b, "\nA file has up to %d KiB, and there are up to %d files. A command prints as much as it likes; of what it prints, the first\n"+
		"MiB comes back to the module. The message says which limit was met, and where.\n", interp.MaxFile>>10, interp.MaxFiles)
	return b.String()
}
