package view

import "testing"

// installed is a host with two packages, of which dpkg is one: it has scripts, on whatever host this is.
type installed struct{ Real }

func (installed) Get(key string) (Object, error) {
	if key == "package dpkg" || key == "package no-such-package" {
		return PackageState{Version: "1"}.Object(), nil
	}
	return Object{}, nil
}

// Scripts of packages that come, or change, may run; of packages that go, those that there are.
func TestScriptsOfPackages(t *testing.T) {
	one, other := PackageState{Version: "1"}.Object(), PackageState{Version: "2"}.Object()
	for _, c := range []struct {
		name          string
		before, after Object
		want          bool
	}{
		{"new", Object{}, one, true},
		{"no-such-package", one, other, true},
		{"no-such-package", one, PackageState{Version: "1", Automatic: true}.Object(), false},
		{"no-such-package", one, Object{}, false},
		{"dpkg", one, Object{}, true},
		{"dpkg", one, PackageState{OnlyConfig: true}.Object(), true},
		{"new", one, Object{}, true}, // it is foreseen to be there, and then to go
	} {
		for _, v := range []View{installed{}, NewOverlay(NewOverlay(installed{}))} {
			if got := Scripted(v, "package "+c.name, c.before, c.after); got != c.want {
				t.Errorf("%s, from %v to %v: %v", c.name, c.before, c.after, got)
			}
		}
		if Scripted(NewOverlay(NewMemory()), "package "+c.name, c.before, c.after) {
			t.Errorf("%s has scripts on a simulated host", c.name)
		}
	}
	v := NewOverlay(installed{})
	if ScriptsToRun(v) {
		t.Error("scripts run without a package")
	}
	if _, err := v.Put(t.Context(), Named{"package new", one}); err != nil || !ScriptsToRun(v) {
		t.Errorf("no scripts run with a new package, %v", err)
	}
}
