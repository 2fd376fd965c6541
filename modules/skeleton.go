package modules

import (
	"embed"
	"strings"

	"github.com/armonic/armonic/spec"
)

//go:embed skeleton/*.txt
var skeletons embed.FS

// Skeleton gives the text of a new module and of its test, with comments that say
// what to change. The error is Invalid for what cannot be the name of a lifecycle.
func Skeleton(name string) (module, test string, err error) {
	if !isWord(name) {
		return "", "", spec.Errorf(spec.Invalid, "%q cannot be the name of a lifecycle", name).
			WithHint("letters, digits, '_' and '-', beginning with a letter: it becomes part of paths")
	}
	read := func(file string) string {
		text, err := skeletons.ReadFile("skeleton/" + file)
		if err != nil {
			panic(err) // the file is embedded above
		}
		return strings.ReplaceAll(string(text), "NAME", name)
	}
	return read("module.txt"), read("test.txt"), nil
}
