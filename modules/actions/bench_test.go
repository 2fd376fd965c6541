package actions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// BenchmarkAct is one call of a small function.
func BenchmarkAct(b *testing.B) {
	do := action(b, "", "x = []\nfor i in range(100):\n    x.append(\"%d\" % (i * 2))\nreturn len(x)")
	call := new(log).call(nil)
	for b.Loop() {
		if _, err := do(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPreview is what it takes to say what would become of 100 files that are as they
// are to be, beside reading them.
func BenchmarkPreview(b *testing.B) {
	const n = 100
	for _, size := range []int{1 << 10, 64 << 10} {
		dir, err := filepath.EvalSymlinks(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		for i := range n {
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte(strings.Repeat("a", size)), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("read/%d", size), func(b *testing.B) {
			for b.Loop() {
				for i := range n {
					if _, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i))); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("view/%d", size), func(b *testing.B) {
			system := host.New("").System(func(string) {})
			for b.Loop() {
				for i := range n {
					if _, err := system.Get(filepath.Join(dir, fmt.Sprint(i))); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(fmt.Sprintf("preview/%d", size), func(b *testing.B) {
			set, err := modules.Config{Machine: host.New("")}.Load(source(map[string]string{"a.star": fmt.Sprintf(`
def _on(ctx):
    for n in range(%d):
        ctx.host.file("%s/%%d" %% n, "a" * %d)
lifecycle("Files", states = [state("Off"), state("On", enter = _on)])`, n, dir, size)}))
			if err != nil {
				b.Fatal(err)
			}
			e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				shown, err := e.Preview(b.Context(), spec.Work{Lifecycle: "Files", From: []string{"Off"}, Steps: []spec.Step{enter("On")}})
				if err != nil || len(shown[0].Changes) > 0 || shown[0].Why != "" {
					b.Fatal(shown, err)
				}
			}
		})
	}
}
