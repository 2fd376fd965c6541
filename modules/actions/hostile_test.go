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

// hostile bodies of a function, each with how it ends. None of them is written on
// purpose by somebody who may run any command as root; all can happen.
func hostile() map[string]struct{ body, ends string } {
	const (
		limit = "said: .*limit: .*hint: ."
		ends  = limit + "|out of memory|cannot allocate memory|pthread_create failed|SIGSEGV|stuck: .*a.star" // it depends on the machine which comes first
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
		"percent":            {big + "y = \"%s%s%s%s%s%s%s%s%s%s\" % (x, x, x, x, x, x, x, x, x, x)", "said: nothing|" + ends},
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
		"circle":          {"x = []\nx.append(x)\ny = str(x)", "said: nothing"},
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
		t.Skip("it takes a minute or two")
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
				t.Logf("after %s: %s", time.Since(begun).Round(time.Millisecond), regexp.MustCompile("(?m)(said|fatal error|stuck|SIGSEGV):.*$").Find(out))
			})
		}
	}
}

// beHostile is the process of one hostile module.
func beHostile(t *testing.T, name string) {
	t.Helper()
	limit := syscall.Rlimit{Cur: childMemory, Max: childMemory}
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
		t.Fatal(err)
	}
	config := modules.Config{LoadTime: time.Second, ActTime: time.Second, Monitor: &interp.Monitor{}}
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
