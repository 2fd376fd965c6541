package skeleton

import (
	"embed"
	"strings"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

//go:embed *.txt
var texts embed.FS

// Module gives the text of a new module and of its test, with comments that say
// what to change. The error is Invalid for what cannot be the name of a lifecycle.
func Module(name string) (module, test string, err error) {
	if !modules.IsName(name) {
		return "", "", spec.Errorf(spec.Invalid, "%q cannot be the name of a lifecycle", name).
			WithHint("letters, digits, '_' and '-', beginning with a letter: it becomes part of paths")
	}
	read := func(file string) string {
		text, err := texts.ReadFile(file)
		if err != nil {
			panic(err) // the file is embedded above
		}
		return strings.ReplaceAll(string(text), "NAME", name)
	}
	return read("module.txt"), read("test.txt"), nil
}
