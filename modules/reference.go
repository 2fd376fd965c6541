package modules

import (
	"fmt"
	"regexp"
	"strings"
)

// typeDoc is a type of variable, for the reference.
type typeDoc struct{ name, doc string }

// typeDocs lists all types.
func typeDocs() []typeDoc {
	return []typeDoc{
		{"str", "a text"},
		{"int", "a whole number"},
		{"float", "a number"},
		{"bool", "True or False; people may write yes and no"},
		{"list_of(T)", "a list of values of another type"},
		{"port", "a whole number from 0 to 65535"},
		{"host", "a host name or an IP address"},
		{"hostname", "a name as in www.example.org"},
		{"url", "as in http://host:80/"},
		{"password", "a secret of at least 6 characters"},
		{"this_host", "the host it is asked for; Armonic gives it"},
		{"hosts", "the hosts of all instances of a require that is met several times; Armonic gives it"},
		{"first_instance", "whether this is the first of them; Armonic gives it"},
	}
}

// ctxFields are what ctx holds besides functions.
func ctxFields() []typeDoc {
	return []typeDoc{
		{"ctx.req.<require>.<variable>", "a value that was given; a require with nargs \"?\" may be None, one with \"*\" or a number is a list"},
		{"ctx.me.name, ctx.me.address", "the host, and the address under which others reach it"},
		{"ctx.me.os.name, ctx.me.os.release", "its system, as in \"debian\" and \"12\""},
	}
}

// Reference is the reference of all that Armonic adds to Starlark, in Markdown. It is
// written from what the loader binds arguments by.
func Reference() string {
	var b strings.Builder
	b.WriteString("### Declarations\n\nThey work at the top level of a file, and in functions that are called from there.\n")
	for _, s := range declarations() {
		s.reference(&b)
	}
	b.WriteString("\n### Types of variables\n\n| type | values |\n|---|---|\n")
	for _, t := range typeDocs() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", t.name, t.doc)
	}
	b.WriteString("\n### What functions are given\n\nEach function that a declaration names gets `ctx`; `cross` gets `flags` too, `validate` the value.\n\n| name | what it is |\n|---|---|\n")
	for _, f := range ctxFields() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.name, f.doc)
	}
	for _, s := range ctxSignatures() {
		s.reference(&b)
	}
	b.WriteString("\n### In tests\n\nFiles named `*_test.star` have these too. Each function named `test_*` begins with one simulated host, `host1`.\n")
	for _, s := range testSignatures() {
		s.reference(&b)
	}
	return b.String()
}

func (s *signature) reference(b *strings.Builder) {
	fmt.Fprintf(b, "\n#### `%s`\n\n%s\n", s.line(), s.doc)
	params := s.params
	if s.rest.name != "" {
		rest := s.rest
		rest.name = "*" + rest.name
		params = append(append([]param(nil), params[:s.npos]...), append([]param{rest}, params[s.npos:]...)...)
	}
	if len(params) == 0 {
		return
	}
	b.WriteString("\n| argument | type | meaning |\n|---|---|---|\n")
	for _, p := range params {
		fmt.Fprintf(b, "| `%s` | `%s` | %s |\n", p.name, strings.ReplaceAll(p.typ, "|", `\|`), p.doc)
	}
}

// Stubs is a file that tells editors what modules can use, in the form of Python's
// stubs (.pyi), written from the same declarations.
func Stubs() string {
	var b strings.Builder
	b.WriteString("# What Armonic adds to Starlark. Written by \"armonic module stubs\"; do not edit.\n\n" +
		"from typing import Any, Callable\n\n" +
		"class Lifecycle: ...\nclass State: ...\nclass Provide: ...\nclass Require: ...\nclass Var: ...\n\n")
	for _, s := range declarations() {
		s.stub(&b, s.name, "")
	}
	for _, t := range typeDocs() {
		if name, _, isCall := strings.Cut(t.name, "("); !isCall && name != "str" && name != "int" && name != "float" && name != "bool" {
			fmt.Fprintf(&b, "%s: Any\n\"\"\"%s\"\"\"\n", name, t.doc)
		}
	}
	classes := []struct{ name, of, fields string }{
		{"Secret", "secret", ""}, {"Flags", "flags", ""},
		{"Result", "", "    code: int\n    stdout: str\n    stderr: str\n    skipped: bool\n"},
		{"Os", "", "    name: str\n    release: str\n"},
		{"Me", "", "    name: str\n    address: str\n    os: Os\n"},
		{"Host", "ctx.host", ""},
		{"Ctx", "ctx", "    req: Any\n    me: Me\n    host: Host\n"},
		{"Deployed", "", "    returns: Any\n    steps: list[str]\n    logs: list[str]\n"},
	}
	for _, c := range classes {
		fmt.Fprintf(&b, "\nclass %s:\n%s", c.name, c.fields)
		for _, s := range ctxSignatures() {
			if i := strings.LastIndexByte(s.name, '.'); c.of != "" && s.name[:i] == c.of {
				s.stub(&b, s.name[i+1:], "    ")
			}
		}
	}
	b.WriteString("\n# In *_test.star only:\n\n")
	for _, s := range testSignatures() {
		s.stub(&b, s.name, "")
	}
	return b.String()
}

var ours = regexp.MustCompile(`\b(lifecycle|state|provide|require|var|ctx|flags|secret|result|deployed|type)\b`)

// stubType gives the name of a type as the stubs have it.
func stubType(t string) string {
	return ours.ReplaceAllStringFunc(t, func(w string) string {
		if w == "type" {
			return "Any"
		}
		return strings.ToUpper(w[:1]) + w[1:]
	})
}

func (s *signature) stub(b *strings.Builder, name, indent string) {
	var parts []string
	if indent != "" {
		parts = append(parts, "self")
	}
	star := func() {
		if s.rest.name != "" {
			parts = append(parts, "*"+s.rest.name+": "+stubType(s.rest.typ))
		} else if s.npos < len(s.params) {
			parts = append(parts, "*")
		}
	}
	for i, p := range s.params {
		if i == s.npos {
			star()
		}
		switch {
		case i < s.required:
			parts = append(parts, p.name+": "+stubType(p.typ))
		case p.std == "" || p.std[0] == '[' || p.std[0] == '{':
			parts = append(parts, p.name+": "+stubType(p.typ)+" | None = None")
		default:
			parts = append(parts, p.name+": "+stubType(p.typ)+" = "+p.std)
		}
	}
	if s.npos == len(s.params) {
		star()
	}
	fmt.Fprintf(b, "%sdef %s(%s) -> %s:\n%s    \"\"\"%s", indent, name, strings.Join(parts, ", "), stubType(s.returns), indent, s.doc)
	if len(s.params) > 0 {
		fmt.Fprintf(b, "\n\n%s    Args:\n", indent)
		for _, p := range s.params {
			fmt.Fprintf(b, "%s        %s: %s\n", indent, p.name, p.doc)
		}
		b.WriteString(indent + "    ")
	}
	b.WriteString("\"\"\"\n")
}

// Limits is the table of what a module may use, in Markdown.
func Limits() string {
	rows := []struct{ name, what string }{
		{"step", fmt.Sprintf("%d steps of the interpreter for each file, %d for each call", defineSteps, actSteps)},
		{"time", fmt.Sprintf("%s of computing for loading all files, %s for each call; waiting for commands does not count", defineTime, actTime)},
		{"recursion", "none: a function may not call itself, directly or through others"},
		{"size", fmt.Sprintf("texts of a GiB; %d elements, nested %d deep, in a value that leaves the module", maxElements, maxDepth)},
	}
	var b strings.Builder
	b.WriteString("| limit | what is allowed |\n|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s |\n", r.name, r.what)
	}
	fmt.Fprintf(&b, "\nA file has up to %d KiB, and there are up to %d files. A command prints as much as it likes; of what it prints, the first\n"+
		"MiB comes back to the module. The message says which limit was met, and where.\n", maxFile>>10, maxFiles)
	return b.String()
}
