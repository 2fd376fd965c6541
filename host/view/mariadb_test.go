package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What MariaDB 10.11 printed.
const mariadbUserPrinted = "CREATE USER `b`@`10.%` IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5 ACCOUNT LOCK PASSWORD EXPIRE NEVER\n" +
	"GRANT `r1` TO `b`@`10.%` WITH ADMIN OPTION\n" +
	"GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO `b`@`10.%` IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19' REQUIRE SSL WITH GRANT OPTION MAX_QUERIES_PER_HOUR 5\n" +
	"GRANT ALL PRIVILEGES ON `my\\_db`.* TO `b`@`10.%` WITH GRANT OPTION\n" +
	"GRANT SELECT (`Host`, `User`), INSERT ON `mysql`.`user` TO `b`@`10.%`\n" +
	"GRANT SELECT ON `odd ON TO x`.* TO `b`@`10.%`\n" +
	"SET DEFAULT ROLE `r1` FOR `b`@`10.%`\n"

func TestAUserOfMariaDBIsRead(t *testing.T) {
	s := readMariaDBUser(mariadbUserPrinted)
	o := s.Object()
	want := strings.Split("IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 5 ACCOUNT LOCK PASSWORD EXPIRE NEVER\n"+
		"DEFAULT ROLE `r1`, `r1` WITH ADMIN OPTION\n"+
		"BINLOG MONITOR, GRANT OPTION, REPLICATION SLAVE ON *.*\n"+
		"ALL PRIVILEGES, GRANT OPTION ON `my\\_db`.*\n"+
		"INSERT, SELECT (`Host`, `User`) ON `mysql`.`user`\n"+
		"SELECT ON `odd ON TO x`.*", "\n")
	if diff := cmp.Diff(want, strings.Split(o.Content, "\n")); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(o.Target, "2470") || !strings.HasPrefix(o.Target, "password; ") {
		t.Errorf("people are shown %s", o.Target)
	}
	if diff := cmp.Diff(s, DatabaseUserOf(o)); diff != "" {
		t.Errorf("read again it is another one: %s", diff)
	}
	for printed, want := range map[string]string{
		"CREATE USER `c`@`localhost`\nGRANT USAGE ON *.* TO `c`@`localhost`\n":                                                               "\nno password",
		"CREATE USER `c`@`localhost` ACCOUNT LOCK PASSWORD EXPIRE\n":                                                                         "ACCOUNT LOCK PASSWORD EXPIRE\nno password",
		"CREATE USER `a`@`localhost` IDENTIFIED VIA unix_socket\nGRANT USAGE ON *.* TO `a`@`localhost` IDENTIFIED VIA unix_socket\n":         "IDENTIFIED VIA unix_socket\nthe system's user of that name",
		"CREATE USER `a`@`localhost` IDENTIFIED VIA mysql_native_password USING '*AB' REQUIRE SSL\n":                                         "IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL\npassword",
		"CREATE USER `root`@`localhost` IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket\n":                               "IDENTIFIED VIA mysql_native_password USING 'invalid' OR unix_socket\nits own way to log in",
		"CREATE USER `c`@`localhost` IDENTIFIED VIA ed25519 USING 'a REQUIRE b'\nGRANT PROXY ON ``@`%` TO `c`@`localhost` WITH GRANT OPTION": "IDENTIFIED VIA ed25519 USING 'a REQUIRE b'\nGRANT OPTION, PROXY ON ``@`%`\nits own way to log in; GRANT OPTION, PROXY ON ``@`%`",
	} {
		if o := readMariaDBUser(printed).Object(); o.Content+"\n"+o.Target != want {
			t.Errorf("%s is\n%s\n%s, want\n%s", printed, o.Content, o.Target, want)
		}
	}
}

func TestStatementsThatChangeAUserOfMariaDB(t *testing.T) {
	user := func(lines ...string) Object { return Object{Kind: DatabaseUser, Content: strings.Join(lines, "\n")} }
	const socket, password = "IDENTIFIED VIA unix_socket", "IDENTIFIED BY PASSWORD '*AB'"
	for _, c := range []struct {
		now, want Object
		out       string
	}{
		{Object{}, user(password, "ALL PRIVILEGES ON `a`.*", "PROCESS, RELOAD ON *.*"),
			"CREATE USER u IDENTIFIED BY PASSWORD '*AB'; GRANT PROCESS, RELOAD ON *.* TO u; GRANT ALL PRIVILEGES ON `a`.* TO u"},
		{user(socket), Object{}, "DROP USER IF EXISTS u"},
		{user(socket), user(password), "ALTER USER u IDENTIFIED BY PASSWORD '*AB'"},
		{user(password), user(""), "ALTER USER u IDENTIFIED BY PASSWORD ''"},
		{user(password + " ACCOUNT LOCK"), user("ACCOUNT LOCK"), "ALTER USER u " + noConditions + "; ALTER USER u IDENTIFIED BY PASSWORD '' ACCOUNT LOCK"},
		{user(password), user(password + " REQUIRE SSL"), "ALTER USER u IDENTIFIED BY PASSWORD '*AB' REQUIRE SSL"},
		{user(socket, "SELECT ON `a`.*"), user(socket, "ALL PRIVILEGES, SELECT ON `a`.*"), "GRANT ALL PRIVILEGES ON `a`.* TO u"},
		{user(socket, "ALL PRIVILEGES ON `a`.*"), user(socket, "SELECT ON `a`.*"), "REVOKE ALL PRIVILEGES ON `a`.* FROM u; GRANT SELECT ON `a`.* TO u"},
		{user(socket, "ALL PRIVILEGES, GRANT OPTION ON `a`.*"), user(socket, "SELECT ON `a`.*"),
			"REVOKE ALL PRIVILEGES ON `a`.* FROM u; REVOKE GRANT OPTION ON `a`.* FROM u; GRANT SELECT ON `a`.* TO u"},
		{user(socket, "SELECT ON `a`.*"), user(socket, "GRANT OPTION, SELECT ON `a`.*"), "GRANT USAGE ON `a`.* TO u WITH GRANT OPTION"},
		{user(socket, "PROCESS, RELOAD ON *.*"), user(socket, "RELOAD, SUPER ON *.*"), "REVOKE PROCESS ON *.* FROM u; GRANT SUPER ON *.* TO u"},
		{user(socket, "ALL PRIVILEGES ON `a`.*", "SELECT ON `b`.*"), user(socket, "SELECT ON `b`.*"), "REVOKE ALL PRIVILEGES ON `a`.* FROM u"},
		{Object{}, user(socket, "DEFAULT ROLE `r`, `r` WITH ADMIN OPTION"), "CREATE USER u IDENTIFIED VIA unix_socket; GRANT `r` TO u WITH ADMIN OPTION; SET DEFAULT ROLE `r` FOR u"},
		{user(socket, "DEFAULT ROLE `r`, `r`"), user(socket), "SET DEFAULT ROLE NONE FOR u; REVOKE `r` FROM u"},
		{user(socket, "SELECT (`a`, `b`) ON `x`.`y`"), user(socket), "REVOKE SELECT (`a`, `b`) ON `x`.`y` FROM u"},
	} {
		if got := strings.Join(mariadbUserChanges("u", c.now, c.want), "; "); got != c.out {
			t.Errorf("%q -> %q: %s, want %s", c.now.Content, c.want.Content, got, c.out)
		}
	}
}

// A database server that is not there yet is foreseen where a package of it would be
// installed, or it would be started.
func TestDatabasesAreForeseen(t *testing.T) {
	const key, user = "database mariadb/shop", "database_user mariadb/shop@localhost"
	missing := &awayError{service: MariaDB, data: "/var/lib/mysql/mysql", err: errAway}
	stopped := &awayError{service: MariaDB, data: "/var/lib/mysql/mysql", err: errAway, installed: true}
	pkg := Named{"package mariadb-server", Object{Kind: Package, Content: "1, manual"}}
	runs := Named{"service mariadb", Object{Kind: Service, Content: "enabled, running"}}
	for i, c := range []struct {
		away *awayError
		puts []Named
		want string // of the database; "error"
	}{
		{missing, nil, "error"},
		{missing, []Named{pkg}, ""},
		{stopped, nil, "error"},
		{stopped, []Named{runs}, Unknown},
		{missing, []Named{{"/var/lib/mysql", Object{Kind: Directory}}, {"/var/lib/mysql/mysql", Object{Kind: Directory}}, pkg}, Unknown},
	} {
		v := NewOverlay(away{NewMemory(), c.away})
		for _, o := range c.puts {
			if _, err := v.Put(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		for _, k := range []string{key, user} {
			is, err := v.Get(k)
			if got := is.Content; c.want == "error" != (err != nil) || err == nil && got != c.want {
				t.Errorf("%d: %s is %q, error %v, want %q", i, k, got, err, c.want)
			}
		}
	}
}

// away is a host whose database server does not answer.
type away struct {
	View
	err *awayError
}

func (a away) Get(key string) (Object, error) {
	if strings.HasPrefix(key, "database") {
		return Object{}, a.err
	}
	return a.View.Get(key)
}

var errAway = noDirectory("/x", Nothing)
