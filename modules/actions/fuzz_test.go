package actions_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// Whatever a function does, it ends, does not panic, and if it fails it says where.
func FuzzAct(f *testing.F) {
	for _, body := range []string{"ctx.log(ctx.req.r.v)", "return ctx.host.run([\"x\"]).code", "return ctx.entered(\"Off\")", "print(dir(ctx), ctx)",
		"x = {}\nx[(1, (2, 3))] = [1]\nx[1:2]", "d = {k: v for k, v in [(1, 2)]}\nd |= {3: 4}\nreturn d", "a, (b, c) = 1, [2, 3]\na[0].b = c",
		"return sorted([3, 1], key = lambda x: -x, reverse = True)[::2]", "def g(a, *b, c = 1, **d):\n    return (a, b, c, d)\nreturn g(*[1, 2], **{\"e\": 3})"} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		src := "def _p(ctx):\n    " + strings.ReplaceAll(body, "\n", "\n    ") +
			"\nlifecycle(\"L\", states = [state(\"Off\", provides = [provide(\"p\", _p, requires = [require(\"r\", var(\"v\", str))])])])"
		set, err := modules.Config{}.Load(source(map[string]string{"a.star": src}))
		if err != nil {
			return
		}
		l, ok := set.Find("L")
		if !ok || len(l.States[0].Provides) == 0 || l.States[0].Provides[0].Do == nil {
			return
		}
		c := new(log).call(spec.Inputs{"r": {{"v": "x"}}})
		c.Me.Simulated = true
		if _, err := l.States[0].Provides[0].Do(t.Context(), c); err != nil {
			if e := spec.AsError(err); e.Kind != spec.Failed || !strings.HasPrefix(e.At, "test/a.star") || e.Msg == "" {
				t.Errorf("kind %q at %q: %s", e.Kind, e.At, e.Msg)
			}
		}
	})
}
