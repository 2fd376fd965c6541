package modules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/modules"
)

// A file that is hostile when it is loaded is refused, and says by which limit.
func TestLoadingIsBounded(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"steps":     {"x = [a for a in range(1000) for b in range(1000) for c in range(1000)]", "step limit"},
		"text":      {`x = "x" * 10000000000`, "size limit"},
		"nesting":   {"x = " + strings.Repeat("(", 50000) + strings.Repeat(")", 50000), "excessive nesting"},
		"size":      {strings.Repeat("x = 1 # a long file\n", 20000), "longer than 256 KiB"},
		"recursion": {"def f(): return g()\ndef g(): return f()\nx = f()", "called recursively"},
		"encoding":  {"x = \"\xff\xfe\"", "not UTF-8 text"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := modules.Config{}.Load(source(map[string]string{"a.star": c.src}))
			if errs := modules.Errors(err); len(errs) != 1 || !strings.Contains(errs[0].Msg, c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A file that takes all of its time leaves the others theirs; many that do are bounded
// together.
func TestFilesThatTakeLongAreBounded(t *testing.T) {
	files := map[string]string{"z.star": `lifecycle("Z", states = [state("Off")])`}
	for _, n := range []string{"a", "b"} {
		files[n+".star"] = "x = [sorted(range(1000)) for i in range(100000)]"
	}
	config := modules.Config{LoadTime: 200 * time.Millisecond}
	set, err := config.Load(source(files))
	if _, ok := set.Find("Z"); !ok || len(modules.Errors(err)) != 2 {
		t.Errorf("it holds %v, %v", set.Names(), err)
	}
	for _, n := range []string{"c", "d"} {
		files[n+".star"] = files["a.star"]
	}
	set, err = config.Load(source(files))
	if errs := modules.Errors(err); len(set.Names()) > 0 || len(errs) != 5 || !strings.Contains(errs[4].Msg, "all may take together") {
		t.Errorf("it holds %v, %v", set.Names(), err)
	}
}
