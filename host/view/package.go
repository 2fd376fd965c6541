package view

import (
	"strings"
)

// What the content of a package says beside its version.
const (
	manual        = "manual"    // somebody asked for it
	automatic     = "automatic" // it is there for others
	notStarted    = "not started"
	onlyConfig    = "configuration only" // it was removed, and not purged
	halfInstalled = "half-installed"     // ": " and how it is
)

// WithData is the content of what is to be where a package is: nothing, not even the data
// and the logs that it leaves.
const WithData = "with its data"

// PackageState is what is known of a package, or wanted.
type PackageState struct {
	Version    string // "" unless it is installed
	Automatic  bool   // installed for others
	NotStarted bool   // wanted: its services are not started when it is installed
	OnlyConfig bool   // removed, and its configuration is there
	Half       string // how it is between installed and not, "" if it is neither
}

// PackageOf reads an object. The zero state is that of nothing.
func PackageOf(o Object) PackageState {
	if o.Kind != Package {
		return PackageState{}
	}
	if half, is := strings.CutPrefix(o.Content, halfInstalled+": "); is {
		return PackageState{Half: half}
	}
	if o.Content == onlyConfig {
		return PackageState{OnlyConfig: true}
	}
	var s PackageState
	words := strings.Split(o.Content, ", ")
	s.Version = words[0]
	for _, w := range words[1:] {
		s.Automatic = s.Automatic || w == automatic
		s.NotStarted = s.NotStarted || w == notStarted
	}
	return s
}

// Object is the state as an object.
func (s PackageState) Object() Object {
	o := Object{Kind: Package}
	switch {
	case s == PackageState{}:
		return Object{}
	case s.Half != "":
		o.Content = halfInstalled + ": " + s.Half
	case s.OnlyConfig:
		o.Content = onlyConfig
	default:
		o.Content = s.Version + ", " + manual
		if s.Automatic {
			o.Content = s.Version + ", " + automatic
		}
		if s.NotStarted {
			o.Content += ", " + notStarted
		}
	}
	return o
}

// samePackage reports whether a package is as wanted: whether it is installed, in which
// version if one is meant, or only configured, or in between.
func samePackage(want, is Object) bool {
	w, i := PackageOf(want), PackageOf(is)
	return (w.Version != "") == (i.Version != "") && w.OnlyConfig == i.OnlyConfig && (w.Half != "") == (i.Half != "") &&
		(want.Target == "" || i.Version == want.Target)
}

// packageKey is the key of a package.
func packageKey(name string) string { return string(Package) + " " + name }
