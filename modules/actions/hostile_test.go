package actions_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// hostile bodies of a function, each with the limit that stops it.
func hostile() map[string]struct{ body, ends string } {
	deep := "x = []\nfor i in range(150000):\n    x = [x]\n"
	wide := "x = (1,)\nfor i in range(64):\n    x = (x, x)\n"
	flat := "x = [0] * 1000\nfor i in range(9):\n    x = [x] * 1000\n"
	big := "x = \"x\" * 10000000\n"
	return map[string]struct{ body, ends string }{
		"text":               {`x = "x" * 10000000000`, "memory"},
		"huge factor":        {`x = "x" * (1 << 200)`, "memory"},
		"list":               {`x = [0] * 10000000000`, "memory"},
		"tuple":              {`x = (0,) * 10000000000`, "memory"},
		"bytes":              {`x = bytes("x") * 10000000000`, "memory"},
		"doubling":           {"x = \"xx\"\nfor i in range(100):\n    x += x", "memory"},
		"doubling a list":    {"x = [1]\nfor i in range(100):\n    x += x", "memory"},
		"extend itself":      {"x = [1]\nfor i in range(100):\n    x.extend(list(x))", "memory"},
		"append":             {"x = []\nfor i in range(1000000):\n    for j in range(1000000):\n        x.append(i)", "memory|step"},
		"append by name":     {"x = []\nadd = x.append\nfor i in range(1000000):\n    for j in range(1000000):\n        add(i)", "memory|step"},
		"append by getattr":  {"x = []\nadd = getattr(x, \"append\")\nfor i in range(1000000):\n    for j in range(1000000):\n        add(i)", "memory|step"},
		"insert":             {"x = []\nfor i in range(1000000):\n    for j in range(1000000):\n        x.insert(0, i)", "memory|step|time"},
		"comprehension":      {`x = [0 for i in range(1000000) for j in range(1000000)]`, "step"},
		"lists":              {`x = [[] for i in range(1000000) for j in range(1000000)]`, "step"},
		"dicts":              {`x = [{} for i in range(1000000) for j in range(1000000)]`, "memory|step"},
		"functions":          {`x = [lambda: 0 for i in range(1000000) for j in range(1000000)]`, "memory|step"},
		"dict comprehension": {`x = {(i, j): 0 for i in range(1000000) for j in range(1000000)}`, "step"},
		"dict growth":        {"x = {}\nfor i in range(1000000):\n    for j in range(1000):\n        x[i * 1000 + j] = i", "step"},
		"setdefault":         {"x = {}\nfor i in range(1000000):\n    for j in range(1000):\n        x.setdefault(i * 1000 + j, i)", "memory|step"},
		"set growth":         {"x = set()\nfor i in range(1000000):\n    for j in range(1000):\n        x.add(i * 1000 + j)", "memory|step"},
		"update":             {"x = {i: i for i in range(100000)}\ny = [dict(x) for i in range(100000)]", "memory"},
		"union":              {"x = {i: i for i in range(100000)}\ny = [x | {} for i in range(100000)]", "memory"},
		"set union":          {"x = set(range(100000))\ny = [x.union([]) for i in range(100000)]", "memory"},
		"union in place":     {"x = {i: i for i in range(100000)}\ny = [{} for i in range(1000)]\nfor d in y:\n    d |= x", "memory"},
		"set in place":       {"x = set(range(100000))\ny = []\nfor i in range(100000):\n    z = set()\n    z |= x\n    y.append(z)", "memory"},
		"set minus in place": {"x = set(range(100000))\ny = []\nfor i in range(100000):\n    z = x\n    z -= set()\n    y.append(z)", "memory"},
		"reversed text":      {big + "y = [x[::-1] for i in range(100000)]", "memory"},
		"slices":             {"x = [0] * 1000000\ny = [x[1:] for i in range(100000)]", "memory"},
		"slices of text":     {big + "y = [x[::2] + str(i) for i in range(100000)]", "memory"},
		"join":               {big + "y = x.join([x] * 1000)", "memory"},
		"join of many":       {"y = (\"x\" * 1000).join([\"y\"] * 1000000)", "memory"},
		"replace":            {"x = \"x\" * 100000\ny = x.replace(\"x\", x)", "memory"},
		"replace nothing":    {"x = \"x\" * 100000\ny = x.replace(\"\", x)", "memory"},
		"format":             {big + "y = (\"{0}\" * 1000).format(x)", "memory"},
		"format by name":     {big + "y = (\"{a}\" * 1000).format(a = x)", "memory"},
		"percent":            {big + "y = \"%s%s%s%s%s%s%s%s%s%s\" % (x, x, x, x, x, x, x, x, x, x)", "memory"},
		"upper":              {big + "y = [x.upper() for i in range(100000)]", "memory"},
		"split":              {"x = \"x,\" * 1000000\ny = [x.split(\",\") for i in range(100000)]", "memory"},
		"splitlines":         {"x = \"\\n\" * 1000000\ny = [x.splitlines() for i in range(100000)]", "memory"},
		"elems":              {"x = (\"x\" * 1000000).elems()\ny = [list(x) for i in range(100000)]", "memory|step"},
		"codepoints":         {"x = (\"x\" * 1000000).codepoints()\ny = [list(x) for i in range(100000)]", "memory|step"},
		"zip":                {"x = range(1000000)\ny = [zip(x, x, x) for i in range(100000)]", "memory"},
		"enumerate":          {"y = [enumerate(range(1000000)) for i in range(100000)]", "memory"},
		"sorted":             {"y = [sorted(range(900000)) for i in range(100000)]", "memory|step"},
		"items":              {"x = {i: i for i in range(100000)}\ny = [x.items() for i in range(100000)]", "memory"},
		"range":              {`x = list(range(10000000000))`, "size"},
		"star":               {"def g(*a):\n    return a\nx = list(range(1000000))\ny = [g(*x) for i in range(100000)]", "memory"},
		"star of text":       {"def g(*a):\n    return a\nx = (\"x\" * 1000000).codepoints()\ny = [g(*x) for i in range(100000)]", "memory|step"},
		"star star":          {"def g(**a):\n    return a\nx = {str(i): i for i in range(10000)}\ny = [g(**x) for i in range(100000)]", "memory"},
		"number":             {"n = 7\nfor i in range(64):\n    n *= n", "number"},
		"shift":              {"n = 7\nfor i in range(10000):\n    n <<= 500", "number"},
		"shift out":          {"n = 7\nfor i in range(10000):\n    n = n << 500", "number"},
		"digits":             {`n = int("9" * 10000000)`, "number"},
		"endless":            {"for i in range(1000000):\n    for j in range(1000000):\n        pass", "step"},
		"recursion":          {"def f(g):\n    return g(g)\nf(f)", "recursively"},
		"search":             {big + "y = [x.count(\"xy\") for i in range(1000000)]", "step|time"},
		"find":               {big + "y = [\"xy\" in x for i in range(1000000)]", "step|time"},

		"deep text":       {deep + "y = str(x)", "nesting"},
		"deep print":      {deep + "print(x)", "nesting"},
		"deep fail":       {deep + "fail(x)", "nesting"},
		"deep format":     {deep + "y = \"{}\".format(x)", "nesting"},
		"deep percent":    {deep + "y = \"%s\" % x", "nesting"},
		"deep percent of": {deep + "y = \"%s\" % (x,)", "nesting"},
		"circle":          {"x = []\nx.append(x)\ny = str(x)", "nesting"},
		"wide text":       {wide + "y = str(x)", "size"},
		"wide print":      {wide + "print(1, x)", "size"},
		"wide key":        {wide + "y = {x: 1}", "size"},
		"wide set key":    {wide + "y = set([x])", "size"},
		"wide index":      {wide + "y = {}[x]", "size"},
		"wide store":      {wide + "y = {}\ny[x] = 1", "size"},
		"wide get":        {wide + "y = {}.get(x)", "size"},
		"wide in":         {wide + "y = x in {}", "size"},
		"wide dict":       {wide + "y = dict([(x, 1)])", "size"},
		"wide comparison": {flat + "y = list(x) == list(x)", "size|step"},
		"wide sorted":     {flat + "y = sorted([x, list(x)])", "size|step"},
		"wide max":        {flat + "y = max(x, list(x))", "size|step"},
		"wide keys":       {flat + "y = max([1, 2], key = lambda _: list(x))", "size|step"},
		"wide list index": {flat + "y = [list(x)].index(x)", "size|step"},
		"wide varargs":    {"def g(*a):\n    return a\nx = 1\nfor i in range(64):\n    x = g(x, x)\ny = {x: 1}", "size"},
	}
}

// childMemory is what the process of one hostile module may use.
const childMemory = 512 << 20

// Each hostile module ends within seconds: at a limit that it names, or with its
// process, which runs out of memory or is ended because a single step does not end. What
// becomes of the agent then is tested where agents are started.
func TestHostileModules(t *testing.T) {
	if name := os.Getenv("ARMONIC_TEST_HOSTILE"); name != "" {
		beHostile(t, name)
		return
	}
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range hostile() {
		for _, phase := range []string{"loading", "acting"} {
			t.Run(phase+"/"+name, func(t *testing.T) {
				t.Parallel()
				child := exec.CommandContext(t.Context(), exe, "-test.run=^TestHostileModules$", "-test.v")
				child.Env = append(os.Environ(), "ARMONIC_TEST_HOSTILE="+phase+"/"+name, "GOTRACEBACK=none")
				begun := time.Now()
				out, err := child.CombinedOutput()
				if !regexp.MustCompile(c.ends).Match(out) {
					t.Errorf("%v, %s", err, out)
				}
				if took := time.Since(begun); took > 30*time.Second {
					t.Errorf("it took %s", took)
				}
				m := regexp.MustCompile("(said|fatal error|stuck):.*").FindString(string(out))
				fmt.Println("RES", phase, name, time.Since(begun).Round(time.Millisecond), m)
			})
		}
	}
}

// beHostile is the process of one hostile module.
func beHostile(t *testing.T, name string) {
	limit := syscall.Rlimit{Cur: childMemory, Max: childMemory}
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
		t.Fatal(err)
	}
	config := modules.Config{LoadTime: 2 * time.Second, ActTime: 2 * time.Second, Monitor: &interp.Monitor{}}
	go func() {
		for range time.Tick(100 * time.Millisecond) {
			if what, stuck := config.Monitor.Stuck(time.Second); stuck {
				fmt.Println("stuck: " + what)
				os.Exit(3)
			}
		}
	}()
	phase, name, _ := strings.Cut(name, "/")
	body := strings.ReplaceAll(hostile()[name].body, "\n", "\n    ")
	src, declared := "def f():\n    "+body+"\nf()\n", ""
	if phase == "acting" {
		src, declared = "def f(ctx):\n    "+body+"\n", `lifecycle("L", states = [state("Off", provides = [provide("p", f)])])`
	}
	set, err := config.Load(source(map[string]string{"a.star": src + declared}))
	if phase == "acting" && err == nil {
		_, err = set.Lifecycles[0].States[0].Provides[0].Do(t.Context(), new(log).call(nil))
	}
	if err != nil {
		fmt.Printf("said: %.300s, hint: %s\n", err, spec.HintOf(modules.Errors(err)[0]))
	} else {
		fmt.Println("said: nothing")
	}
}
