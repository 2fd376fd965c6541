package module

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// writeStubs writes stubs of what modules can use, and of what each lifecycle asks, into the
// folder that has the modules.
func writeStubs(dir string, all []*lifecycle.Lifecycle) (files []string, err error) {
	texts := map[string]string{"armonic": stubs()}
	names := []string{"armonic"}
	for _, l := range all {
		name := identifier(l.Name)
		if name == "armonic" {
			continue // it would hide what all can use
		}
		names, texts[name] = append(names, name), lifecycleStubs(l)
	}
	for _, name := range names {
		file := filepath.Join(dir, name+".pyi")
		if err := os.WriteFile(file, []byte(texts[name]), 0o644); err != nil { //nolint:gosec // everybody may read it
			return files, spec.Errorf(spec.Failed, "cannot write %s: %v", file, err)
		}
		files = append(files, file)
	}
	return files, nil
}

var noIdentifier = regexp.MustCompile(`[^A-Za-z0-9_]`)

func identifier(name string) string { return noIdentifier.ReplaceAllString(name, "_") }

// lifecycleStubs are the types of ctx in the functions of a lifecycle: State in those of a
// state, State_provide in that of a provide.
func lifecycleStubs(l *lifecycle.Lifecycle) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What the functions of %s are given. Written by \"armonic module stubs\"; do not edit.\n\nfrom armonic import Ctx, Secret\n", l.Name)
	for _, s := range l.States {
		contextStub(&b, s.Name, s.Requires)
		for _, impl := range s.Implementations {
			contextStub(&b, s.Name+"."+impl.Name, impl.Requires)
		}
		for _, p := range s.Provides {
			contextStub(&b, s.Name+"."+p.Name, p.Requires)
		}
	}
	return b.String()
}

// contextStub writes the type of ctx where some requires are given.
func contextStub(b *strings.Builder, name string, requires []spec.Require) {
	class := identifier(name)
	var req strings.Builder
	for _, r := range requires {
		one := class + "_" + identifier(r.Name)
		fmt.Fprintf(b, "\nclass %s:\n", one)
		for _, v := range r.Variables() {
			typ := variableStub(v)
			if v.Optional {
				typ += " | None"
			}
			fmt.Fprintf(b, "    %s: %s\n", identifier(v.Name), typ)
			if text := strings.TrimSpace(v.Label + ". " + v.Help); text != "." {
				fmt.Fprintf(b, "    %q\n", strings.TrimPrefix(text, ". "))
			}
		}
		if len(r.Variables()) == 0 {
			b.WriteString("    ...\n")
		}
		switch n := r.Nargs.Norm(); {
		case n.Max > 1:
			one = "list[" + one + "]"
		case n.Min == 0:
			one += " | None"
		}
		fmt.Fprintf(&req, "    %s: %s\n", identifier(r.Name), one)
	}
	if req.Len() == 0 {
		req.WriteString("    ...\n")
	}
	fmt.Fprintf(b, "\nclass %s_req:\n%s\nclass %s(Ctx):\n    req: %s_req\n", class, req.String(), class, class)
}

// variableStub is the type of a variable as Python has it.
func variableStub(v spec.Variable) string {
	if v.Hidden() {
		return "Secret"
	}
	switch v.Type.Kind {
	case spec.KindInt, spec.KindPort:
		return "int"
	case spec.KindFloat:
		return "float"
	case spec.KindBool, spec.KindFirstInstance:
		return "bool"
	case spec.KindHosts:
		return "list[str]"
	case spec.KindList:
		if v.Type.Elem != nil {
			return "list[" + variableStub(*v.Type.Elem) + "]"
		}
		return "list"
	case spec.KindStr, spec.KindPath, spec.KindHost, spec.KindHostname, spec.KindURL, spec.KindPassword, spec.KindThisHost:
	}
	return "str"
}

// stubsOf writes the stubs for the modules of a folder.
func (b *folder) stubsOf(dir string) ([]string, error) {
	if errs := modules.Errors(b.err); len(errs) > 0 {
		return nil, errs[0]
	}
	if b.own.Only != "" {
		dir = filepath.Dir(dir)
	}
	return writeStubs(dir, b.lifecycles())
}
