package agent

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// How hostile code ends, besides at a limit.
const (
	died    = "the agent died" // and is back: the file is left out, or the step interrupted
	nothing = "works"          // it does no harm
)

// hostile bodies of a function, each with how it ends. None of them is written on
// purpose by somebody who may run any command as root; all can happen.
func hostile() map[string]struct{ body, ends string } {
	const (
		limit = "limit: .*hint: ."
		ends  = limit + "|" + died // it depends on the machine which comes first
	)
	deep := "x = []\nfor i in range(150000):\n    x = [x]\n"
	wide := "x = (1,)\nfor i in range(64):\n    x = (x, x)\n"
	flat := "x = [0] * 1000\nfor i in range(9):\n    x = [x] * 1000\n"
	big := "x = \"x\" * 10000000\n"
	return map[string]struct{ body, ends string }{
		"text":               {`x = "x" * 10000000000`, limit},
		"huge factor":        {`x = "x" * (1 << 200)`, limit},
		"list":               {`x = [0] * 10000000000`, limit},
		"tuple":              {`x = (0,) * 10000000000`, limit},
		"bytes":              {`x = bytes("x") * 10000000000`, limit},
		"doubling":           {"x = \"xx\"\nfor i in range(100):\n    x += x", ends},
		"doubling a list":    {"x = [1]\nfor i in range(100):\n    x += x", ends},
		"extend itself":      {"x = [1]\nfor i in range(100):\n    x.extend(list(x))", ends},
		"append":             {"x = []\nfor i in range(1000000):\n    for j in range(1000000):\n        x.append(i)", ends},
		"append by name":     {"x = []\nadd = x.append\nfor i in range(1000000):\n    for j in range(1000000):\n        add(i)", ends},
		"append by getattr":  {"x = []\nadd = getattr(x, \"append\")\nfor i in range(1000000):\n    for j in range(1000000):\n        add(i)", ends},
		"insert":             {"x = []\nfor i in range(1000000):\n    for j in range(1000000):\n        x.insert(0, i)", ends},
		"comprehension":      {`x = [0 for i in range(1000000) for j in range(1000000)]`, ends},
		"lists":              {`x = [[] for i in range(1000000) for j in range(1000000)]`, ends},
		"dicts":              {`x = [{} for i in range(1000000) for j in range(1000000)]`, ends},
		"functions":          {`x = [lambda: 0 for i in range(1000000) for j in range(1000000)]`, ends},
		"dict comprehension": {`x = {(i, j): 0 for i in range(1000000) for j in range(1000000)}`, ends},
		"dict growth":        {"x = {}\nfor i in range(1000000):\n    for j in range(1000):\n        x[i * 1000 + j] = i", ends},
		"setdefault":         {"x = {}\nfor i in range(1000000):\n    for j in range(1000):\n        x.setdefault(i * 1000 + j, i)", ends},
		"set growth":         {"x = set()\nfor i in range(1000000):\n    for j in range(1000):\n        x.add(i * 1000 + j)", ends},
		"update":             {"x = {i: i for i in range(100000)}\ny = [dict(x) for i in range(100000)]", ends},
		"union":              {"x = {i: i for i in range(100000)}\ny = [x | {} for i in range(100000)]", ends},
		"set union":          {"x = set(range(100000))\ny = [x.union([]) for i in range(100000)]", ends},
		"union in place":     {"x = {i: i for i in range(100000)}\ny = [{} for i in range(1000)]\nfor d in y:\n    d |= x", ends},
		"set in place":       {"x = set(range(100000))\ny = []\nfor i in range(100000):\n    z = set()\n    z |= x\n    y.append(z)", ends},
		"set minus in place": {"x = set(range(100000))\ny = []\nfor i in range(100000):\n    z = x\n    z -= set()\n    y.append(z)", ends},
		"reversed text":      {big + "y = [x[::-1] for i in range(100000)]", ends},
		"slices":             {"x = [0] * 1000000\ny = [x[1:] for i in range(100000)]", ends},
		"slices of text":     {big + "y = [x[::2] + str(i) for i in range(100000)]", ends},
		"join":               {big + "y = x.join([x] * 1000)", ends},
		"join of many":       {"y = (\"x\" * 1000).join([\"y\"] * 1000000)", ends},
		"replace":            {"x = \"x\" * 100000\ny = x.replace(\"x\", x)", ends},
		"replace nothing":    {"x = \"x\" * 100000\ny = x.replace(\"\", x)", ends},
		"format":             {big + "y = (\"{0}\" * 1000).format(x)", ends},
		"format by name":     {big + "y = (\"{a}\" * 1000).format(a = x)", ends},
		"percent":            {big + "y = \"%s%s%s%s%s%s%s%s%s%s\" % (x, x, x, x, x, x, x, x, x, x)", nothing + "|" + ends},
		"upper":              {big + "y = [x.upper() for i in range(100000)]", ends},
		"split":              {"x = \"x,\" * 1000000\ny = [x.split(\",\") for i in range(100000)]", ends},
		"splitlines":         {"x = \"\\n\" * 1000000\ny = [x.splitlines() for i in range(100000)]", ends},
		"elems":              {"x = (\"x\" * 1000000).elems()\ny = [list(x) for i in range(100000)]", ends},
		"codepoints":         {"x = (\"x\" * 1000000).codepoints()\ny = [list(x) for i in range(100000)]", ends},
		"zip":                {"x = range(1000000)\ny = [zip(x, x, x) for i in range(100000)]", ends},
		"enumerate":          {"y = [enumerate(range(1000000)) for i in range(100000)]", ends},
		"sorted":             {"y = [sorted(range(900000)) for i in range(100000)]", ends},
		"items":              {"x = {i: i for i in range(100000)}\ny = [x.items() for i in range(100000)]", ends},
		"range":              {`x = list(range(10000000000))`, ends},
		"star":               {"def g(*a):\n    return a\nx = list(range(1000000))\ny = [g(*x) for i in range(100000)]", ends},
		"star of text":       {"def g(*a):\n    return a\nx = (\"x\" * 1000000).codepoints()\ny = [g(*x) for i in range(100000)]", ends},
		"star star":          {"def g(**a):\n    return a\nx = {str(i): i for i in range(10000)}\ny = [g(**x) for i in range(100000)]", ends},
		"number":             {"n = 7\nfor i in range(64):\n    n *= n", ends},
		"shift":              {"n = 7\nfor i in range(10000):\n    n <<= 500", ends},
		"shift out":          {"n = 7\nfor i in range(10000):\n    n = n << 500", ends},
		"digits":             {`n = int("9" * 10000000)`, ends},
		"endless":            {"for i in range(1000000):\n    for j in range(1000000):\n        pass", limit},
		"recursion":          {"def f(g):\n    return g(g)\nf(f)", `recursively`},
		"search":             {big + "y = [x.count(\"xy\") for i in range(1000000)]", ends},
		"find":               {big + "y = [\"xy\" in x for i in range(1000000)]", ends},

		"deep text":       {deep + "y = str(x)", ends},
		"deep print":      {deep + "print(x)", ends},
		"deep fail":       {deep + "fail(x)", ends},
		"deep format":     {deep + "y = \"{}\".format(x)", ends},
		"deep percent":    {deep + "y = \"%s\" % x", ends},
		"deep percent of": {deep + "y = \"%s\" % (x,)", ends},
		"circle":          {"x = []\nx.append(x)\ny = str(x)", nothing},
		"wide text":       {wide + "y = str(x)", ends},
		"wide print":      {wide + "print(1, x)", ends},
		"wide key":        {wide + "y = {x: 1}", ends},
		"wide set key":    {wide + "y = set([x])", ends},
		"wide index":      {wide + "y = {}[x]", ends},
		"wide store":      {wide + "y = {}\ny[x] = 1", ends},
		"wide get":        {wide + "y = {}.get(x)", ends},
		"wide in":         {wide + "y = x in {}", ends},
		"wide dict":       {wide + "y = dict([(x, 1)])", ends},
		"wide comparison": {flat + "y = list(x) == list(x)", `maximum recursion depth`},
		"wide sorted":     {flat + "y = sorted([x, list(x)])", `maximum recursion depth`},
		"wide max":        {flat + "y = max(x, list(x))", `maximum recursion depth`},
		"wide keys":       {flat + "y = max([1, 2], key = lambda _: list(x))", `maximum recursion depth`},
		"wide list index": {flat + "y = [list(x)].index(x)", `maximum recursion depth`},
		"wide varargs":    {"def g(*a):\n    return a\nx = 1\nfor i in range(64):\n    x = g(x, x)\ny = {x: 1}", ends},
	}
}

// Whatever a module does while it is loaded, or in a step, ends within seconds, in one of
// these ways: a limit is named; the agent dies, and when it is back the file is left out
// and named, or the step is interrupted. All else works then.
func TestHostileModules(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute or two")
	}
	for name, c := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write := func(file, text string) {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			body := "    " + strings.ReplaceAll(c.body, "\n", "\n    ") + "\n"
			write("good.star", `lifecycle("Good", states = [state("Off"), state("On")])`)

			write("bad.star", "def f():\n"+body+"f()\n")
			out, err := startAgent(t, dir, "Good", "1s")
			for i := 0; i < 3 && err != nil; i++ { // once, unless it dies a moment after it loaded the file
				out, err = startAgent(t, dir, "Good", "1s")
			}
			end := nothing
			_, notes, _ := strings.Cut(out, "notes: ")
			switch {
			case strings.Contains(notes, "bad.star: the agent died while it loaded this file"):
				end = died
			case !strings.HasPrefix(notes, "\n"):
				end, _, _ = strings.Cut(notes, "Good is")
			}
			if err != nil || !strings.Contains(out, "Good is Off On") || !regexp.MustCompile("(?s)"+c.ends).MatchString(end) {
				t.Errorf("loading: %v, ends with %s\n%s", err, end, out)
			}

			write("bad.star", "def f(ctx):\n"+body+`lifecycle("Bad", states = [state("Off"), state("On", enter = f)])`)
			end = nothing
			out, err = startAgent(t, dir, "Bad", "1s")
			if err != nil {
				end = died
				out, err = startAgent(t, dir, "", "1s")
				if !strings.Contains(out, "it was interrupted") && !strings.Contains(out, "cannot enter On: ") { // it may die a moment after the step has failed
					t.Errorf("how the step ended is not said, but\n%s", out)
				}
			} else if _, failed, ok := strings.Cut(out, "failed: "); ok {
				end = failed
			}
			if err != nil || !strings.Contains(out, "lifecycles: Bad Good") || !regexp.MustCompile("(?s)"+c.ends).MatchString(end) {
				t.Errorf("acting: %v, ends with %s\n%s", err, end, out)
			}
		})
	}
}
