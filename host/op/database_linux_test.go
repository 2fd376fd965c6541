package op_test

import (
	"os"
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

// Databases and users of MariaDB are made, changed and removed, and all is as before when
// undone.
func TestMariaDBOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	fails(t, v, "database", op.Arguments{"name": "shop"}, "there is no MariaDB on this host")
	over := view.NewOverlay(v)
	for _, c := range serverPackages(t, over, "mariadb-server") {
		apply(t, over, c)
	}
	if text, _, _ := plan("database", op.Arguments{"name": "shop"}, over); text != "+ database mariadb/shop (character set utf8mb4, any collation)" {
		t.Errorf("before the server is installed: %s", text)
	}
	_, err := op.Apply(t.Context(), v, serverPackages(t, v, "mariadb-server")...)
	must(t, err)
	before := databases(t)

	shop := do(t, v, "database", op.Arguments{"name": "shop"})
	isContent(t, v, "database mariadb/shop", "character set utf8mb4, collation utf8mb4_general_ci")
	other := do(t, v, "database", op.Arguments{"name": "shop", "charset": "latin1", "collation": "latin1_bin"})
	isContent(t, v, "database mariadb/shop", "character set latin1, collation latin1_bin")
	other()
	user := do(t, v, "database_user", op.Arguments{"name": "shop", "password": `hun'ter\22"`, "databases": "shop\nmy_wiki", "host": "%"})
	repl := do(t, v, "database_user", op.Arguments{"name": "shop", "privileges": "REPLICATION SLAVE\nREPLICATION CLIENT", "host": "%"})
	const logsIn = `mariadb --protocol=tcp -h $(hostname) -u shop -p"$PW" -N -e 'SELECT CURRENT_USER()'`
	t.Setenv("PW", `hun'ter\22"`)
	sh(t, "sed -i s/127.0.0.1/0.0.0.0/ /etc/mysql/mariadb.conf.d/50-server.cnf; systemctl restart mariadb")
	if got := sh(t, logsIn); got != "shop@%" {
		t.Errorf("logged in it is %s", got)
	}
	changed := do(t, v, "database_user", op.Arguments{"name": "shop", "password": "another1", "databases": "more", "host": "%"})
	t.Setenv("PW", "another1")
	if got := sh(t, logsIn); got != "shop@%" {
		t.Errorf("with another password it is %s", got)
	}
	socket := do(t, v, "database_user", op.Arguments{"name": "nobody", "databases": "shop"})
	if got := sh(t, `setpriv --reuid=nobody --clear-groups mariadb -N -e 'SELECT CURRENT_USER()'`); got != "nobody@localhost" {
		t.Errorf("over the socket it is %s", got)
	}

	sh(t, "mariadb shop -e 'CREATE TABLE t (a int)'")
	isContent(t, v, "database mariadb/shop", "character set utf8mb4, collation utf8mb4_general_ci, with tables")
	fails(t, v, "database", op.Arguments{"name": "shop", "present": op.False}, "the database mariadb/shop is not empty")
	if _, err := v.Put(t.Context(), view.Named{Key: "database mariadb/shop"}); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("a database with a table is dropped: %v", err)
	}
	put(t, v, "database mariadb/shop", view.Object{Content: view.WithData})
	do(t, v, "database", op.Arguments{"name": "shop"})

	sh(t, `mariadb -e "CREATE ROLE r; GRANT SELECT (User, Host), INSERT ON mysql.user TO shop@'%' WITH GRANT OPTION; GRANT r TO shop@'%'; SET DEFAULT ROLE r FOR shop@'%'; `+
		`ALTER USER shop@'%' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 500 ACCOUNT LOCK"`)
	whole := databases(t)
	gone := do(t, v, "database_user", op.Arguments{"name": "shop", "host": "%", "present": op.False})
	gone()
	if now := databases(t); now != whole {
		t.Errorf("made again it is another one:\n%s", difference(whole, now))
	}
	sh(t, `mariadb -e "REVOKE r FROM shop@'%'; DROP ROLE r; REVOKE SELECT (User, Host), INSERT, GRANT OPTION ON mysql.user FROM shop@'%'"`)
	undo := []func(){socket, changed, repl, user, shop}
	for _, f := range undo {
		f()
	}
	if now := databases(t); now != before {
		t.Errorf("it is not as it was:\n%s", difference(before, now))
	}

	half := op.Arguments{"name": "half", "password": "hunter22", "databases": "a\nb", "privileges": "PROCESS"}
	for _, made := range []string{"CREATE USER half@localhost IDENTIFIED BY 'hunter22'", "CREATE USER half@localhost; GRANT ALL ON a.* TO half@localhost"} {
		sh(t, `mariadb -e "`+made+`"`) // as a killed agent leaves it
		do(t, v, "database_user", half)
		put(t, v, "database_user mariadb/half@localhost", view.Object{})
		sh(t, `mariadb -e "`+made+`"`)
		put(t, v, "database_user mariadb/half@localhost", view.Object{})
	}
	if now := databases(t); now != before {
		t.Errorf("after users that were half made:\n%s", difference(before, now))
	}

	fails(t, v, "database_user", op.Arguments{"name": "x", "privileges": "NO SUCH THING"}, "cannot change the database_user mariadb/x@localhost", "syntax")
	put(t, v, "database_user mariadb/x@localhost", view.Object{})
	sh(t, "mariadb -e \"ALTER USER root@localhost IDENTIFIED BY 'x'\"")
	fails(t, v, "database", op.Arguments{"name": "x"}, "does not let the agent in over its socket", "'root'@'localhost'")
	must(t, os.WriteFile("/root/.my.cnf", []byte("[client]\npassword=x\n"), 0o600))
	do(t, v, "database", op.Arguments{"name": "x"})()
	sh(t, "systemctl stop mariadb")
	fails(t, v, "database", op.Arguments{"name": "x"}, "MariaDB does not answer", "/run/mysqld/mysqld.sock")
}

// Databases and users of PostgreSQL are made, changed and removed, and all is as before when
// undone.
func TestPostgreSQLOfAHost(t *testing.T) {
	v := inside(t)
	if v == nil {
		return
	}
	args := func(more ...string) op.Arguments {
		out := op.Arguments{"name": "shop", "server": "postgresql"}
		for i := 0; i < len(more); i += 2 {
			out[more[i]] = more[i+1]
		}
		return out
	}
	fails(t, v, "database", args(), "there is no PostgreSQL on this host")
	_, err := op.Apply(t.Context(), v, serverPackages(t, v, "postgresql")...)
	must(t, err)
	all := func() string {
		return sh(t, "setpriv --reuid=postgres --regid=postgres --init-groups pg_dumpall --globals-only --no-role-passwords | grep -v restrict; setpriv --reuid=postgres --init-groups --regid=postgres psql -XAtc "+
			"'SELECT datname, datdba, datacl, encoding, datcollate FROM pg_database ORDER BY 1; SELECT rolname, rolpassword IS NULL FROM pg_authid ORDER BY 1'")
	}
	before := all()
	user := do(t, v, "database_user", args("password", `hun'ter\22"`))
	database := do(t, v, "database", args("owner", "shop", "collation", "C"))
	isContent(t, v, "database postgresql/shop", "character set UTF8, collation C, owner shop")
	const logsIn = `psql -XAtw -h 127.0.0.1 -U shop shop -c "$SQL"`
	t.Setenv("PGPASSWORD", `hun'ter\22"`)
	t.Setenv("SQL", "SELECT current_user")
	if got := sh(t, logsIn); got != "shop" {
		t.Errorf("logged in it is %s", got)
	}
	more := do(t, v, "database_user", args("password", "another1", "privileges", "CREATEDB\nreplication"))
	t.Setenv("PGPASSWORD", "another1")
	t.Setenv("SQL", "CREATE TABLE t (a int)")
	sh(t, logsIn)
	isContent(t, v, "database postgresql/shop", "character set UTF8, collation C, owner shop, with tables")
	fails(t, v, "database", args("present", op.False), "is not empty")
	put(t, v, "database_user postgresql/shop", view.Object{Content: view.UnlessOwner})
	t.Setenv("SQL", "SELECT * FROM t")
	sh(t, logsIn) // it stays
	if _, err := v.Put(t.Context(), view.Named{Key: "database_user postgresql/shop"}); err == nil || !strings.Contains(err.Error(), "owner of database shop") {
		t.Errorf("its user is dropped: %v", err)
	}
	t.Setenv("SQL", "DROP TABLE t")
	sh(t, logsIn)
	owner := do(t, v, "database", args("owner", "postgres"))
	owner()
	more()
	database()
	whole := all()
	sh(t, `setpriv --reuid=postgres --regid=postgres --init-groups psql -c "ALTER ROLE shop CONNECTION LIMIT 5 VALID UNTIL '2030-01-01 00:00:00+00' CREATEROLE NOINHERIT; GRANT pg_monitor TO shop"`)
	limited := all()
	gone := do(t, v, "database_user", args("present", op.False))
	gone()
	if now := all(); now != limited {
		t.Errorf("made again it is another one:\n%s", difference(limited, now))
	}
	put(t, v, "database_user postgresql/shop", view.Object{})
	user()
	if now := all(); now != before || whole == before {
		t.Errorf("it is not as it was:\n%s", difference(before, now))
	}
	fails(t, v, "database", args("collation", "none_NONE"), "cannot change the database shop of PostgreSQL", "none_NONE")
	sh(t, "systemctl stop postgresql")
	fails(t, v, "database", args(), "PostgreSQL does not answer on its socket", "/var/run/postgresql/.s.PGSQL.5432")
}

// serverPackages are the changes that install a server.
func serverPackages(t *testing.T, v view.View, name string) []op.Change {
	t.Helper()
	text, _, changes := plan("packages", op.Arguments{"names": name}, v)
	if len(changes) == 0 {
		t.Fatalf("%s is not installed: %s", name, text)
	}
	return changes
}

// databases is what MariaDB has: databases, and users with all that they may do.
func databases(t *testing.T) string {
	t.Helper()
	return sh(t, `mariadb -N --raw -e 'SELECT * FROM information_schema.SCHEMATA; SELECT Host, User, JSON_NORMALIZE(JSON_REMOVE(Priv, "$.password_last_changed")) FROM mysql.global_priv ORDER BY 1, 2;
		SELECT * FROM mysql.db ORDER BY 1, 2, 3; SELECT Host, Db, User, Table_name, Table_priv, Column_priv FROM mysql.tables_priv ORDER BY 1, 2, 3, 4; SELECT * FROM mysql.roles_mapping ORDER BY 1, 2, 3'`)
}
