package hosttest

import (
	"path"
	"slices"
)

// Exclusion is what a snapshot leaves out, since it differs although nothing was changed,
// or changes with everything that is done.
type Exclusion struct {
	Kind    Kind
	Pattern string // as package path has them; what lies below a folder is left out with it
	Why     string
}

// Exclusions are all of them. Besides these, no times of files are compared, no process
// numbers, and no times of timers.
func Exclusions() []Exclusion {
	const backup, caches = "a backup of the database beside it, made by each change", "caches and logs of installing packages"
	return []Exclusion{
		{File, "/srv/repo", "the packages that all test hosts install from, which are mounted there"},
		{File, "/etc/passwd-", backup},
		{File, "/etc/group-", backup},
		{File, "/etc/shadow-", backup},
		{File, "/etc/gshadow-", backup},
		{File, "/etc/subuid-", backup},
		{File, "/etc/subgid-", backup},
		{File, "/var/cache/debconf/*-old", backup},
		{File, "/var/cache/debconf/tmp.ci", "where questions of packages are unpacked"},
		{File, "/var/lib/dpkg/*-old", backup},
		{File, "/var/lib/ucf/*.[0-9]", backup},
		{File, "/var/cache/apt", caches},
		{File, "/var/lib/apt/lists", caches},
		{File, "/var/log/apt", caches},
		{File, "/var/log/dpkg.log", caches},
		{File, "/var/log/alternatives.log", caches},
		{File, "/var/log/journal", "the journal is written all the time"},
		{File, "/var/cache/ldconfig/aux-cache", "a cache, which a host fresh from its making has not"},
		{Unit, "*.target", "some stay active until the next boot, such as network-online.target"},
		{Unit, "*.slice", "they come with the first unit in them, and may stay"},
		{Missing, "*", "a unit without a file that is not active is only a name that another one mentions"},
	}
}

// excluded tells whether a snapshot leaves a fact out. What lies below a folder that it
// leaves out is not asked for.
func excluded(list []Exclusion, f Fact) bool {
	return slices.ContainsFunc(list, func(e Exclusion) bool {
		ok, _ := path.Match(e.Pattern, f.Name)
		return ok && e.Kind == f.Kind
	})
}
