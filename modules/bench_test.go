package modules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/modules"
)

// BenchmarkLoad100Modules loads a hundred modules of the size of the shipped ones,
// each with a require on the next.
func BenchmarkLoad100Modules(b *testing.B) {
	text, err := os.ReadFile("shipped/webserver.star")
	if err != nil {
		b.Fatal(err)
	}
	files := map[string]string{}
	for i := range 100 {
		files[fmt.Sprintf("m%d.star", i)] = string(text) + fmt.Sprintf(`
lifecycle("Site%d", states = [state("Off"), state("On", requires = [require_local("w", "//WebServer%d//start", returns = [var("url", url)])])])`, i, (i+1)%100)
		files[fmt.Sprintf("m%d.star", i)] = rename(files[fmt.Sprintf("m%d.star", i)], fmt.Sprintf("WebServer%d", i))
	}
	src := source(files)
	for b.Loop() {
		set, err := modules.Config{}.Load(src)
		if err != nil || len(set.Lifecycles) != 200 {
			b.Fatal(len(set.Lifecycles), err)
		}
	}
}

func rename(text, name string) string {
	return strings.Replace(text, `lifecycle("WebServer"`, fmt.Sprintf("lifecycle(%q", name), 1)
}
