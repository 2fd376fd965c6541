package resolver_test

import (
	"fmt"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/resolver"
)

// BenchmarkResolve computes a proxy over n web sites, all answered: 3n+1 nodes.
// Compare the sizes: the time should grow like n.
func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{10, 100, 500} {
		b.Run(fmt.Sprintf("sites=%d", n), func(b *testing.B) {
			world, hosts := "shipped\nroot //Proxy//start\nhosts lb1", ""
			for i := range n {
				world += fmt.Sprintf(" web%d", i)
				hosts += fmt.Sprintf("web%d, ", i)
			}
			w := newWorld(b, txtar.Parse(fmt.Appendf(nil,
				"-- world --\n%s\n-- answers --\n. host = lb1\n. hosts Configured.enter.websites = [%s]\n", world, hosts)))
			if w.resolve(b).Plan == nil {
				b.Fatal("no plan")
			}
			b.ReportAllocs()
			for b.Loop() {
				resolver.Resolve(w.root, w.facts, w.answers)
			}
		})
	}
}
