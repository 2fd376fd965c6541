package interp

import (
	"strings"
)

// hints say what to write instead, by a piece of Starlark's message. The first that
// fits is taken.
func hints() []struct{ piece, hint string } {
	return []struct{ piece, hint string }{
		{"unindent does not match", "indent each block with 4 spaces; tabs and spaces do not mix"},
		{"got indent", "this line is indented and should not be; tabs and spaces do not mix"},
		{"want indent", "indent the body of the block with 4 spaces"},
		{"got outdent", "indent the body of the block with 4 spaces"},
		{"unexpected newline in string", "close the string on its line, or write it in \"\"\"three quotes\"\"\""},
		{"unexpected EOF in string", "close the string"},
		{"excessive nesting", "split the expression up and give its parts names"},
		{"got '=', want", "a comparison is written =="},
		{"if statement not within a function", "write a conditional expression, x = a if ok else b, or move it into a function"},
		{"for loop not within a function", "write a list comprehension, [state(n) for n in names], or move it into a function"},
		{"does not support while loops", "write a bounded loop: for _ in range(30): …"},
		{"cannot reassign", "give the second value another name; what is at the top level is set once"},
		{"undefined: self", "there are no classes: functions get ctx, with ctx.req, ctx.entered, ctx.me and ctx.log"},
		{"undefined: Exception", "there are no exceptions: write fail(\"why\")"},
		{"undefined: object", "there are no classes: write functions and hand them over by name"},
		{"undefined: open", "files of the host are reached through ctx when a function runs, never here"},
		{"undefined: os", "the machine is reached through ctx when a function runs; its system is ctx.me.os"},
		{"undefined: isinstance", "write type(x) == \"string\""},
		{"undefined: sum", "add up in a for loop"},
		{"undefined: map", "write a list comprehension: [f(x) for x in xs]"},
		{"undefined: filter", "write a list comprehension: [x for x in xs if ok(x)]"},
		{"undefined: round", "write int(x + 0.5)"},
		{"undefined: super", "there are no classes: call the function by its name"},
		{"undefined: ctx", "ctx is the first parameter of the functions a state names; it does not exist at the top level"},

		{"not enough arguments for format string", "one value for each %: \"%s:%d\" % (name, port); a plain % is written %%"},
		{"too many arguments for format string", "one % for each value: \"%s:%d\" % (name, port)"},
		{"format requires", "%s takes any value, %d only whole numbers: int(x) makes one"},
		{"incomplete format", "a plain % in a format is written %%"},
		{"unknown conversion", "the conversions are %s %r %d %x %o %e %f %g %c and %%; width and precision do not exist"},
		{"unknown binary op: string + int", "write str(n), or a format: \"port %d\" % n"},
		{"unknown binary op: int + string", "write str(n), or a format: \"port %d\" % n"},
		{"missing 1 argument (ctx)", "name the function without calling it: enter = _install"},
		{"called recursively", "functions may not call themselves, directly or through others: write a for loop"},
		{"frozen", "what is at the top level is frozen; make a new list or dict in the function"},
		{"step limit", "the function does too much, or loops without end"},
		{"time limit", "let a command of the host do what takes long"},
		{"excessive repeat", "keep data small, or let a command of the host do it"},
		{"maximum recursion depth", "compare parts of it: data nested that deep is not compared"},
		{"repeat count", "keep data small, or let a command of the host do it"},
		{"referenced before assignment", "assign it on every way through the function, or first of all"},
		{"'NoneType' has no", "the value is None: an optional one that was not given"},
		{"NoneType has no", "the value is None: an optional one that was not given"},
		{"got list, want tuple", "write a tuple: (a, b)"},
		{"is not iterable", "only lists, tuples, dicts and sets can be walked; a string with s.elems()"},
	}
}

// Hint is the hint for a message of Starlark, "" if there is none.
func Hint(msg string) string {
	for _, h := range hints() {
		if strings.Contains(msg, h.piece) {
			return h.hint
		}
	}
	return ""
}
