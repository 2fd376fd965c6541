package modules

import (
	"strings"
	"unicode/utf8"
)

// pythonFinding is a piece of Python that Starlark does not have.
type pythonFinding struct {
	line, col int
	msg, hint string
}

// At the beginning of a statement, or anywhere for those whose first says so.
func pythonWords() map[string]pythonWord {
	return map[string]pythonWord{
		"class":    {false, "there are no classes", "write a function for each action and hand it over by name: state(\"Installed\", enter = _install)"},
		"while":    {false, "there is no 'while'", "write a bounded loop: for _ in range(30): …"},
		"try":      {false, "there are no exceptions to catch", "ask before you act, or let the step fail: fail(\"why\") ends it with a message"},
		"except":   {false, "there are no exceptions to catch", "let the step fail: Armonic shows it, and it can be retried"},
		"finally":  {false, "there are no exceptions to catch", "let the step fail: Armonic shows it, and it can be retried"},
		"raise":    {false, "there are no exceptions", "write fail(\"why\") to end the step with a message"},
		"import":   {false, "there is no 'import'", "load(\"//lib/apt.star\", \"apt_packages\") takes names from a file of the module folders"},
		"from":     {false, "there is no 'import'", "load(\"//lib/apt.star\", \"apt_packages\") takes names from a file of the module folders"},
		"with":     {false, "there is no 'with'", "call the function and use its result; nothing has to be closed"},
		"del":      {false, "there is no 'del'", "write d.pop(key) or list.pop(index)"},
		"global":   {false, "there is no 'global'", "what is at the top level is frozen; what a state was entered with is in ctx.entered(\"State\")"},
		"nonlocal": {false, "there is no 'nonlocal'", "return the value instead"},
		"assert":   {false, "there is no 'assert'", "write: if not ok: fail(\"why\")"},
		"async":    {false, "there is no 'async'", "write a plain function; other hosts are worked on at the same time anyway"},
		"yield":    {true, "there are no generators", "build a list and return it"},
		"await":    {true, "there is no 'await'", "write a plain call"},
		"is":       {true, "there is no 'is'", "write == or !="},
	}
}

// pythonWord is a word of Python that is none here.
type pythonWord struct {
	anywhere  bool
	msg, hint string
}

// findPython finds the Python in a file that does not parse. It knows strings,
// comments and brackets, and no more of the language.
func findPython(src string) []pythonFinding {
	s := &pythonScanner{words: pythonWords(), src: src, line: 1, start: true}
	for s.pos < len(src) {
		s.token()
	}
	return s.found
}

type pythonScanner struct {
	words     map[string]pythonWord
	src       string
	pos       int // of the next byte
	line      int
	lineStart int
	start     bool   // at the beginning of a statement
	word      string // that began the statement
	open      []bracket
	found     []pythonFinding
}

func (s *pythonScanner) add(at int, msg, hint string) {
	col := s.column(at)
	if n := len(s.found); n > 0 && s.found[n-1].line == s.line && s.found[n-1].msg == msg {
		return // once a line is enough
	}
	s.found = append(s.found, pythonFinding{s.line, col, msg, hint})
}

// bracket is one that is not closed yet.
type bracket struct {
	sign byte
	line int
	col  int
}

// unclosed is the innermost bracket that is open at a place of a file.
func unclosed(src string, line, col int) (bracket, bool) {
	s := &pythonScanner{words: pythonWords(), src: src, line: 1, start: true}
	for s.pos < len(src) && (s.line < line || s.line == line && s.column(s.pos) < col) {
		s.token()
	}
	if len(s.open) == 0 {
		return bracket{}, false
	}
	return s.open[len(s.open)-1], true
}

func (s *pythonScanner) column(at int) int { return 1 + utf8.RuneCountInString(s.src[s.lineStart:at]) }

func (s *pythonScanner) token() {
	c := s.src[s.pos]
	switch {
	case c == '\n':
		s.pos++
		s.line, s.lineStart = s.line+1, s.pos
		if len(s.open) == 0 {
			s.start, s.word = true, ""
		}
		return
	case c == ' ' || c == '\t' || c == '\r':
		s.pos++
		return
	case c == '#':
		for s.pos < len(s.src) && s.src[s.pos] != '\n' {
			s.pos++
		}
		return
	case c == '"' || c == '\'':
		s.text()
	case letter(c):
		s.name()
		return // which looks at start itself
	default:
		s.sign(c)
	}
	s.start = false
}

func (s *pythonScanner) sign(c byte) {
	rest := s.src[s.pos:]
	switch {
	case c == '@' && s.start:
		s.add(s.pos, "there are no decorators", "name the function in the declaration: provide(\"start\", _start, requires = […])")
	case c == '(' || c == '[' || c == '{':
		s.open = append(s.open, bracket{c, s.line, s.column(s.pos)})
	case (c == ')' || c == ']' || c == '}') && len(s.open) > 0:
		s.open = s.open[:len(s.open)-1]
	case strings.HasPrefix(rest, "->") && s.word == "def":
		s.add(s.pos, "there are no type annotations", "leave it out: def f(ctx): …")
	case c == ':' && len(s.open) == 1 && s.word == "def":
		s.add(s.pos, "there are no type annotations", "leave it out: def f(ctx): …; types are given in var(\"port\", port)")
	case c == ':' && len(s.open) == 0 && s.word == "name" && assigned(rest[1:]):
		s.add(s.pos, "there are no type annotations", "leave it out: x = 1")
	case c == ';' && len(s.open) == 0:
		s.pos++
		s.start, s.word = true, ""
		return
	case strings.HasPrefix(rest, ":=") && len(s.open) > 0:
		s.add(s.pos, "there is no ':='", "assign in a statement of its own")
	}
	s.pos++
}

// assigned reports whether the rest of the line is "type = value".
func assigned(rest string) bool {
	line, _, _ := strings.Cut(rest, "\n")
	kind, _, ok := strings.Cut(line, "=")
	return ok && strings.TrimSpace(kind) != "" && !strings.ContainsAny(kind, "\"'#({")
}

func (s *pythonScanner) name() {
	begin := s.pos
	for s.pos < len(s.src) && (letter(s.src[s.pos]) || s.src[s.pos] >= '0' && s.src[s.pos] <= '9') {
		s.pos++
	}
	word := s.src[begin:s.pos]
	if s.pos < len(s.src) && (s.src[s.pos] == '"' || s.src[s.pos] == '\'') {
		if strings.EqualFold(word, "f") || strings.EqualFold(word, "fr") || strings.EqualFold(word, "rf") {
			s.add(begin, "there are no f-strings", "write \"listens on port %d\" % port, or \"{}\".format(port)")
		}
		s.text()
		s.start = false
		return
	}
	if h, ok := s.words[word]; ok && (s.start || h.anywhere) && !s.attribute(begin) {
		s.add(begin, h.msg, h.hint)
		if word == "class" { // what is said of its methods' indentation helps nobody
			s.word = word
		}
	}
	if s.start {
		s.word = "name"
		if word == "def" || word == "lambda" || word == "if" || word == "for" || word == "else" || word == "elif" {
			s.word = word
		} else if _, ok := s.words[word]; ok {
			s.word = word
		}
	}
	s.start = false
}

func (s *pythonScanner) attribute(at int) bool { return at > 0 && s.src[at-1] == '.' }

// text skips a string, which is at pos.
func (s *pythonScanner) text() {
	quote := s.src[s.pos : s.pos+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.src[s.pos:], triple) {
		quote = triple
	}
	s.pos += len(quote)
	for s.pos < len(s.src) {
		switch {
		case strings.HasPrefix(s.src[s.pos:], quote):
			s.pos += len(quote)
			return
		case s.src[s.pos] == '\\':
			s.pos++
			if s.pos < len(s.src) && s.src[s.pos] != '\n' {
				s.pos++
			}
		case s.src[s.pos] == '\n':
			if len(quote) == 1 { // it does not end; the line does
				return
			}
			s.pos++
			s.line, s.lineStart = s.line+1, s.pos
		default:
			s.pos++
		}
	}
}

func letter(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
