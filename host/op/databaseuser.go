package op

import (
	"context"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// databaseUserOperation wants a user of a database server to exist, or not.
type databaseUserOperation struct {
	server, key, host, password string
	grants                      []view.Grant
	present                     bool
}

func databaseUser() Definition {
	return Definition{
		Name: "database_user", Required: 1,
		Doc: "A user of the database server on this host, which has to run. What it may do besides stays.",
		Params: []Param{
			{Name: "name", Doc: "Its name."},
			{Name: "server", Default: view.MariaDB, Doc: "The server: \"mariadb\" or \"postgresql\"."},
			{Name: "host", Default: "localhost", Doc: "Of MariaDB: from where it connects: \"10.0.0.5\", \"10.0.%\", or \"%\" for anywhere. Users of one name and several hosts are several users."},
			{Name: "password", Secret: true, Doc: "Its password. If it is not given: as it is; a new one at localhost, and of PostgreSQL, is who has that name on the host, and any other needs one."},
			{Name: "databases", Type: Texts, Doc: "Of MariaDB: databases with which it may do everything. Those of PostgreSQL have an owner."},
			{Name: "privileges", Type: Texts, Doc: "What it may do with the server as a whole: \"REPLICATION SLAVE\", \"PROCESS\"; of PostgreSQL \"CREATEDB\", \"REPLICATION\"."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if there is to be none of that name from that host."},
		},
		New: newDatabaseUser,
	}
}

func newDatabaseUser(a Arguments) (Operation, error) {
	o := databaseUserOperation{server: a["server"], host: a["host"], password: a["password"]}
	o.present, _ = a.flag("present")
	var err error
	if o.key, err = view.DatabaseUserKey(o.server, a["name"], o.host); err != nil {
		return nil, err
	}
	privilege, on, agent := view.MariaDBPrivilege, view.Everything, a["name"] == "root" && o.host == "localhost"
	if o.server == view.PostgreSQL {
		privilege, on, agent = view.PostgreSQLPrivilege, "", a["name"] == "postgres"
		switch {
		case a["databases"] != "":
			return nil, spec.Errorf(spec.Invalid, "databases of PostgreSQL have an owner").WithHint("make the user first, then ctx.host.database(…, owner = %q)", a["name"])
		case o.host != "localhost":
			return nil, spec.Errorf(spec.Invalid, "users of PostgreSQL are not of a host").WithHint("from where they may connect is written in pg_hba.conf")
		case strings.ContainsFunc(o.password, func(r rune) bool { return r < ' ' || r > '~' }):
			return nil, spec.Errorf(spec.Invalid, "a password of PostgreSQL is of ASCII")
		}
	}
	for _, name := range a.list("databases") {
		if _, err := view.DatabaseKey(o.server, name); err != nil {
			return nil, err
		}
		o.grants = view.With(o.grants, view.Grant{On: view.MariaDBOnDatabase(name), Privileges: []string{"ALL PRIVILEGES"}})
	}
	for _, name := range a.list("privileges") {
		p, err := privilege(name)
		if err != nil {
			return nil, err
		}
		o.grants = view.With(o.grants, view.Grant{On: on, Privileges: []string{p}})
	}
	if agent && (o.password != "" || !o.present) {
		return nil, spec.Errorf(spec.Invalid, "the %s is who the agent itself logs in as", o.key).WithHint("make another user for people and programs")
	}
	return o, nil
}

// Plan says what would change.
func (o databaseUserOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	now, err := v.Get(o.key)
	if err != nil {
		return nil, err
	}
	if !o.present {
		if now.Kind == view.Nothing {
			return nil, nil
		}
		return []Change{{Key: o.key, Before: now}}, nil
	}
	want := view.DatabaseUserOf(now)
	if err := o.login(now, &want); err != nil {
		return nil, err
	}
	for _, g := range o.grants {
		want.Grants = view.With(want.Grants, g)
	}
	after := want.Object()
	if now.Kind != view.Nothing && view.Same(after, now) {
		return nil, nil
	}
	c := Change{Key: o.key, Before: now, After: after}
	if now.Kind == view.Nothing && o.server == view.PostgreSQL {
		c.Before.Content = view.UnlessOwner
	}
	return []Change{c}, nil
}

// login is how a user would log in that is as an object now.
func (o databaseUserOperation) login(now view.Object, want *view.DatabaseUserState) (err error) {
	switch isNew := now.Kind == view.Nothing; {
	case o.server == view.PostgreSQL && o.password != "":
		want.Login, want.Shown, err = view.PostgreSQLPassword(want.Login, o.password)
	case o.server == view.PostgreSQL && isNew:
		want.Login, want.Shown = view.PostgreSQLPeer()
	case o.password != "":
		var login string
		login, want.Shown = view.MariaDBPassword(o.password)
		want.Login = view.MariaDBLogin(want.Login, login)
	case isNew && o.host != "localhost":
		return spec.Errorf(spec.Invalid, "the %s is new, and without a password anybody at %s could be it", o.key, o.host).WithHint("give it a password")
	case isNew:
		want.Login, want.Shown = view.MariaDBSocket()
	}
	return err
}
