package view

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/armonic/armonic/spec"
)

// The kinds of what a database server has. Their keys name the server: "database mariadb/shop",
// "database_user mariadb/shop@localhost", "database_user postgresql/shop".
const (
	Database     = spec.ObjectDatabase
	DatabaseUser = spec.ObjectDatabaseUser
)

// The servers.
const (
	MariaDB    = "mariadb"
	PostgreSQL = "postgresql"
)

// Servers are all of them.
func Servers() []string { return []string{MariaDB, PostgreSQL} }

// withTables ends the content of a database that is not empty.
const withTables = "with tables"

// DatabaseState is how a database is, as its object has it: "character set utf8mb4,
// collation utf8mb4_general_ci, owner shop, with tables".
type DatabaseState struct {
	Charset   string // "" for any
	Collation string // "" for any
	Owner     string // "" for none, or any
	Tables    bool   // it is not empty
}

// Object gives the state as an object.
func (s DatabaseState) Object() Object {
	var parts []string
	for _, x := range []struct{ what, is string }{{"character set", s.Charset}, {"collation", s.Collation}} {
		if x.is == "" {
			x.what, x.is = "any", x.what
		}
		parts = append(parts, x.what+" "+x.is)
	}
	if s.Owner != "" {
		parts = append(parts, "owner "+s.Owner)
	}
	if s.Tables {
		parts = append(parts, withTables)
	}
	return Object{Kind: Database, Content: strings.Join(parts, ", ")}
}

// DatabaseOf reads the object of a database.
func DatabaseOf(o Object) DatabaseState {
	var s DatabaseState
	for part := range strings.SplitSeq(o.Content, ", ") {
		for what, into := range map[string]*string{"character set ": &s.Charset, "collation ": &s.Collation, "owner ": &s.Owner} {
			if is, found := strings.CutPrefix(part, what); found {
				*into = is
			}
		}
		s.Tables = s.Tables || part == withTables
	}
	return s
}

// sameDatabase reports whether a database is as wanted: what is in it does not count.
func sameDatabase(want, is Object) bool {
	if want.Content == Unknown || is.Content == Unknown {
		return want.Content == is.Content
	}
	w, i := DatabaseOf(want), DatabaseOf(is)
	return (w.Charset == "" || w.Charset == i.Charset) && (w.Collation == "" || w.Collation == i.Collation) && (w.Owner == "" || w.Owner == i.Owner)
}

// DatabaseUserState is a user of a database server. In its object the content is all of it, a
// line each, and a secret: who reads it may try passwords until one fits. The target is what
// people are shown.
type DatabaseUserState struct {
	Login  string  // how it logs in, in the words of the server
	Shown  string  // the same for people: "password"
	Grants []Grant // sorted
}

// Grant is what a user may do with something.
type Grant struct {
	On         string   // in the words of the server: "`shop`.*"; "" for what is not on something
	Privileges []string // sorted
}

// String gives it in the words of the server: "SELECT, INSERT ON `shop`.*".
func (g Grant) String() string {
	if g.On == "" {
		return strings.Join(g.Privileges, ", ")
	}
	return strings.Join(g.Privileges, ", ") + " ON " + g.On
}

// Object gives the state as an object.
func (s DatabaseUserState) Object() Object {
	content, shown := []string{s.Login}, []string{s.Shown}
	for _, g := range s.Grants {
		content, shown = append(content, g.String()), append(shown, g.String())
	}
	return Object{Kind: DatabaseUser, Content: strings.Join(content, "\n"), Target: strings.Join(shown, "; ")}
}

// DatabaseUserOf reads the object of a user.
func DatabaseUserOf(o Object) DatabaseUserState {
	lines := strings.Split(o.Content, "\n")
	shown, _, _ := strings.Cut(o.Target, "; ")
	s := DatabaseUserState{Login: lines[0], Shown: shown}
	for _, line := range lines[1:] {
		s.Grants = append(s.Grants, grantOf(line))
	}
	return s
}

// grantOf reads what Grant.String gives.
func grantOf(text string) Grant {
	var g Grant
	if parts := splitOutside(text, " ON "); len(parts) == 2 {
		text, g.On = parts[0], parts[1]
	}
	g.Privileges = splitOutside(text, ", ")
	for i, p := range g.Privileges { // the server gives columns in no order
		if name, columns, found := strings.Cut(strings.TrimSuffix(p, ")"), " ("); found {
			all := splitOutside(columns, ", ")
			slices.Sort(all)
			g.Privileges[i] = name + " (" + strings.Join(all, ", ") + ")"
		}
	}
	slices.Sort(g.Privileges)
	return g
}

// With gives grants with another one, to what there is already on the same.
func With(all []Grant, more Grant) []Grant {
	all = slices.Clone(all)
	at, found := slices.BinarySearchFunc(all, more.On, func(g Grant, on string) int { return strings.Compare(g.On, on) })
	if !found {
		slices.Sort(more.Privileges)
		return slices.Insert(all, at, more)
	}
	privileges := slices.Concat(all[at].Privileges, more.Privileges)
	slices.Sort(privileges)
	all[at].Privileges = slices.Compact(privileges)
	return all
}

// splitOutside splits a text where a separator is outside of quotes and parentheses.
func splitOutside(s, separator string) (out []string) {
	from, depth := 0, 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' && quote == '\'' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '\'' || c == '`' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
		if quote == 0 && depth == 0 && i < len(s) && strings.HasPrefix(s[i:], separator) {
			out = append(out, s[from:i])
			i += len(separator) - 1
			from = i + 1
		}
	}
	return append(out, s[from:])
}

//nolint:gochecknoglobals // they do not change, and are compiled when they are used first
var (
	databaseName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_$-]{0,62}$`)
	})
	databaseUserName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$`)
	})
	databaseHost = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(%|[A-Za-z0-9][A-Za-z0-9.:%_-]{0,200}(/[0-9.]+)?)$`)
	})
)

// DatabaseKey is the key of a database.
func DatabaseKey(server, name string) (string, error) {
	switch {
	case !slices.Contains(Servers(), server):
		return "", spec.Errorf(spec.Invalid, "%q is no server of databases", server).WithHint("write %q or %q", MariaDB, PostgreSQL)
	case !databaseName().MatchString(name):
		return "", spec.Errorf(spec.Invalid, "%q is no name of a database", name).WithHint("letters, digits, _, $ and -, at most 63")
	}
	return string(Database) + " " + server + "/" + name, nil
}

// DatabaseUserKey is the key of a user. The host is that from which it connects, and counts for
// MariaDB only.
func DatabaseUserKey(server, name, host string) (string, error) {
	if _, err := DatabaseKey(server, "x"); err != nil {
		return "", err
	}
	if !databaseUserName().MatchString(name) {
		return "", spec.Errorf(spec.Invalid, "%q is no name of a user", name).WithHint("letters, digits, _, . and -, at most 63")
	}
	if server == MariaDB {
		if !databaseHost().MatchString(host) {
			return "", spec.Errorf(spec.Invalid, "%q is no host of a user", host).WithHint(`such as "localhost", "10.0.0.5", "10.0.%%", or "%%" for any`)
		}
		name += "@" + host
	}
	return string(DatabaseUser) + " " + server + "/" + name, nil
}

// databaseOfKey is what the key of a database or user of a server names.
func databaseOfKey(key string) (server, name, host string, err error) {
	server, name, _ = strings.Cut(keyName(key), "/")
	if spec.KindOfKey(key) == Database {
		_, err = DatabaseKey(server, name)
		return server, name, "", err
	}
	name, host, _ = strings.Cut(name, "@")
	_, err = DatabaseUserKey(server, name, host)
	return server, name, host, err
}

// awayError says that a database server does not answer.
type awayError struct {
	err       error
	service   string // that would have to run
	data      string // the directory with its data
	installed bool
}

func (e *awayError) Error() string { return e.err.Error() }
func (e *awayError) Unwrap() error { return e.err }

// foreseenDatabase is what there will be of a server that does not answer yet, but will since
// a package of it is a change, or that it is started. What it has then is not known, unless it
// is new.
func (v *Overlay) foreseenDatabase(key string, away *awayError) (Object, error) {
	starts := v.hasPackages
	if o, err := v.Get(string(Service) + " " + away.service); away.installed && err == nil {
		starts = ParseService(o.Content).IsRunning()
	}
	if !starts {
		return Object{}, away.err
	}
	if kept, err := v.Get(away.data); err == nil && kept.Kind == Nothing && !away.installed {
		return Object{}, nil
	}
	o := Object{Kind: spec.KindOfKey(key), Content: Unknown}
	if o.Kind == DatabaseUser {
		o.Target = Unknown
	}
	return o, nil
}

// lines are those of a text, none of an empty one.
func lines(s string) []string {
	if s = strings.TrimRight(s, "\n"); s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
