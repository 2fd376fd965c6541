package op

import (
	"cmp"
	"context"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// databaseOperation wants a database to exist on a server of the host, or not.
type databaseOperation struct {
	server, key       string
	want              view.DatabaseState
	present, keepData bool
}

func database() Definition {
	return Definition{
		Name: "database", Required: 1,
		Doc: "A database of the server on this host, which has to run. When that is undone it is dropped if it is empty; one with tables stays, unless keep_data = False.",
		Params: []Param{
			{Name: "name", Doc: "Its name."},
			{Name: "server", Default: view.MariaDB, Doc: "The server: \"mariadb\" or \"postgresql\"."},
			{Name: "owner", Doc: "Of PostgreSQL: the user whose it is, who may do everything with it. As it is, or postgres, if not given."},
			{Name: "charset", Doc: "The character set that its tables get. If it is not given: as it is; utf8mb4, or UTF8 of PostgreSQL, if it is new."},
			{Name: "collation", Doc: "How texts are compared and sorted. If it is not given: as it is, or what the server has for the character set. PostgreSQL can change neither later."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if there is to be none of that name. One with tables is an error, unless keep_data = False."},
			{Name: "keep_data", Type: Flag, Default: True, Doc: "False if it may be dropped with its tables: when this is undone, or with present = False."},
		},
		New: newDatabase,
	}
}

func newDatabase(a Arguments) (Operation, error) {
	key, err := view.DatabaseKey(a["server"], a["name"])
	if err != nil {
		return nil, err
	}
	o := databaseOperation{server: a["server"], key: key, want: view.DatabaseState{Charset: a["charset"], Collation: a["collation"], Owner: a["owner"]}}
	o.present, _ = a.flag("present")
	o.keepData, _ = a.flag("keep_data")
	for _, name := range []string{"charset", "collation"} {
		if strings.Trim(a[name], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@-") != "" {
			return nil, spec.Errorf(spec.Invalid, "%q is no %s", a[name], name)
		}
	}
	if o.want.Owner == "" {
		return o, nil
	}
	if o.server != view.PostgreSQL {
		return nil, spec.Errorf(spec.Invalid, "databases of MariaDB have no owner").WithHint("name them in ctx.host.database_user(…, databases = [%q])", a["name"])
	}
	_, err = view.DatabaseUserKey(o.server, o.want.Owner, "")
	return o, err
}

// Plan says what would change.
func (o databaseOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	now, err := v.Get(o.key)
	if err != nil {
		return nil, err
	}
	if !o.present {
		return o.planAbsent(now)
	}
	want, err := o.over(v, now)
	if err != nil {
		return nil, err
	}
	after := want.Object()
	if now.Kind != view.Nothing && view.Same(after, now) {
		return nil, nil
	}
	c := Change{Key: o.key, Before: now, After: after}
	if now.Kind == view.Nothing && !o.keepData {
		c.Before.Content = view.WithData
	}
	return []Change{c}, nil
}

// over is what a database would be that is as an object now.
func (o databaseOperation) over(v view.View, now view.Object) (view.DatabaseState, error) {
	want := o.want
	if want.Owner != "" && want.Owner != "postgres" {
		key, _ := view.DatabaseUserKey(o.server, want.Owner, "")
		if owner, err := v.Get(key); err != nil || owner.Kind == view.Nothing {
			return want, cmp.Or(err, error(spec.Errorf(spec.NotFound, "there is no %s", key).WithHint("make it with ctx.host.database_user before")))
		}
	}
	if now.Kind == view.Nothing || now.Content == view.Unknown {
		if want.Charset == "" && (want.Collation == "" || o.server == view.PostgreSQL) {
			want.Charset = map[string]string{view.MariaDB: "utf8mb4", view.PostgreSQL: "UTF8"}[o.server]
		}
		return want, nil
	}
	is := view.DatabaseOf(now)
	want.Tables = is.Tables
	want.Owner = cmp.Or(want.Owner, is.Owner)
	if want.Charset == "" && want.Collation == "" {
		want.Charset, want.Collation = is.Charset, is.Collation
	}
	if x := (view.DatabaseState{Charset: want.Charset, Collation: want.Collation}).Object(); o.server == view.PostgreSQL && !view.Same(x, now) {
		return want, spec.Errorf(spec.Conflict, "the %s is %s, which PostgreSQL cannot change", o.key, now.Content).WithHint("dump it, drop it, and load it into a new one")
	}
	return want, nil
}

func (o databaseOperation) planAbsent(now view.Object) ([]Change, error) {
	c := Change{Key: o.key, Before: now}
	switch tables := view.DatabaseOf(now).Tables; {
	case now.Kind == view.Nothing:
		return nil, nil
	case tables && o.keepData:
		return nil, spec.Errorf(spec.Conflict, "the %s is not empty", o.key).WithHint("keep_data = False drops it with its tables")
	case tables || !o.keepData:
		c.After.Content = view.WithData
	}
	if view.DatabaseOf(now).Tables {
		c.Forever = "its data is gone then"
	}
	return []Change{c}, nil
}

// Stays says why something is not taken away when its making is undone, "" if it is: a
// database that is not empty stays, unless it was said that it may go with its data.
func Stays(is, before view.Object) string {
	if is.Kind == view.Database && before.Kind == view.Nothing && before.Content != view.WithData && view.DatabaseOf(is).Tables {
		return "it is not empty (keep_data = False would drop it)"
	}
	return ""
}
