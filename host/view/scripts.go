package view

// scripting is a host on which packages have scripts of their own.
type scripting interface {
	// RemovalScripts reports whether a package that is there has scripts that run when it goes.
	RemovalScripts(name string) bool
}

// base is the host below all overlays.
func base(v View) View {
	for {
		over, ok := v.(*Overlay)
		if !ok {
			return v
		}
		v = over.below
	}
}

// ScriptsToRun reports whether a view foresees packages whose scripts run, or may, and what they
// make is not in it.
func ScriptsToRun(v View) bool {
	over, ok := v.(*Overlay)
	if !ok {
		return false
	}
	_, has := base(v).(scripting)
	return has && over.hasPackages && len(over.pending()) > 0
}

// Scripted reports whether scripts of a package run when it becomes another one, or may run. They
// can do anything: add accounts, enable units, make links and files. Which scripts a package has
// that is not there yet is not known.
func Scripted(v View, key string, before, after Object) bool {
	v = base(v)
	host, ok := v.(scripting)
	was, will := PackageOf(before), PackageOf(after)
	switch {
	case !ok: // a simulated package has no scripts
		return false
	case will.Version != "":
		return will.Version != was.Version
	}
	is, err := v.Get(key)
	return err != nil || PackageOf(is).Version != was.Version || host.RemovalScripts(keyName(key))
}
