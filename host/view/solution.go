package view

import (
	"maps"
	"slices"
	"strings"
)

// simulatedVersion is that of packages of a simulated host.
const simulatedVersion = "1.0-1"

// simulatedSolution is what a package manager would do that knows every package, where none
// needs another. The changes are sorted by name.
func simulatedSolution(r Request, get func(key string) (Object, error)) ([]Named, error) {
	out := map[string]Object{}
	for _, name := range r.Install {
		name, version, _ := strings.Cut(name, "=")
		is, err := get(packageKey(name))
		if err != nil {
			return nil, err
		}
		now := PackageOf(is)
		want := PackageState{Version: simulatedVersion}
		switch {
		case version != "":
			want.Version = version
		case now.Version != "":
			want.Version = now.Version
		}
		if now != want {
			o := want.Object()
			if version != "" || now.Version != "" && now.Version != want.Version {
				o.Target = version
			}
			out[packageKey(name)] = o
		}
	}
	for _, name := range r.Remove {
		is, err := get(packageKey(name))
		if err != nil {
			return nil, err
		}
		switch now := PackageOf(is); {
		case is.Kind == Nothing:
		case r.Purge:
			out[packageKey(name)] = Object{}
		case !now.OnlyConfig:
			out[packageKey(name)] = PackageState{OnlyConfig: true}.Object()
		}
	}
	return sorted(out), nil
}

// sorted are objects by key.
func sorted(objects map[string]Object) []Named {
	var out []Named
	for _, key := range slices.Sorted(maps.Keys(objects)) {
		out = append(out, Named{key, objects[key]})
	}
	return out
}
