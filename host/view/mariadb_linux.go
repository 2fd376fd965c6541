package view

import (
	"context"
	"regexp"
	"strings"

	"github.com/armonic/armonic/spec"
)

// mariadbData is where MariaDB keeps its data.
const mariadbData = "/var/lib/mysql"

// mariadb has the server of this host execute statements, up to the first that fails. It logs
// in over the socket, as who the agent runs as. What it prints are rows, a line each.
func (r Real) mariadb(ctx context.Context, statements ...string) (out string, refused string, err error) {
	program := firstThere("/usr/bin/mariadb", "/usr/bin/mysql")
	if program == "" || firstThere("/usr/sbin/mariadbd", "/usr/sbin/mysqld") == "" {
		return "", "", mariadbMissing()
	}
	argv := []string{program, "--protocol=socket", "--batch", "--raw", "--skip-column-names", "--binary-mode", "--default-character-set=utf8mb4", "--connect-timeout=10"}
	res, err := r.run(ctx, argv, strings.Join(statements, ";\n")+";\n")
	if err != nil {
		return "", "", err
	}
	if res.Code == 0 {
		return res.Stdout, "", nil
	}
	said := lastLine(program, res)
	switch number := mariadbError(said); number {
	case "2002":
		return "", "", &awayError{service: MariaDB, data: mariadbData, installed: true, err: spec.Errorf(spec.Unavailable,
			"MariaDB does not answer on its socket: %s", said).WithHint(`start it before: ctx.host.service("mariadb", running = True)`)}
	case "1045", "1698":
		return "", "", spec.Errorf(spec.Failed, "MariaDB does not let the agent in over its socket: %s", said).
			WithHint("root@localhost has to log in by unix_socket, as it does on Debian; or write its user and password to /root/.my.cnf, under [client]")
	}
	return res.Stdout, mariadbHash.ReplaceAllString(said, "'…'"), nil
}

func mariadbMissing() error {
	return &awayError{service: MariaDB, data: mariadbData + "/mysql", err: spec.Errorf(spec.NotFound, "there is no MariaDB on this host").
		WithHint(`install it before: ctx.host.packages("mariadb-server")`)}
}

var (
	mariadbErrors = regexp.MustCompile(`^ERROR (\d+)`)
	mariadbHash   = regexp.MustCompile(`'\*[0-9A-F]+'?`) // what may be guessed from it is nobody's business
)

// mariadbError is the number of an error, "" if there is none.
func mariadbError(said string) string {
	if m := mariadbErrors.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	return ""
}

// mariadbChange executes statements that change something.
func (r Real) mariadbChange(ctx context.Context, key string, statements ...string) error {
	if len(statements) == 0 {
		return nil
	}
	_, refused, err := r.mariadb(ctx, statements...)
	if err == nil && refused != "" {
		err = spec.Errorf(spec.Failed, "cannot change the %s: %s", key, refused)
	}
	return err
}

// getMariaDBUser gives how a user is, nothing if there is none.
func (r Real) getMariaDBUser(ctx context.Context, name, host string) (Object, error) {
	who := mariadbUser(name, host)
	out, refused, err := r.mariadb(ctx, "SHOW CREATE USER "+who, "SHOW GRANTS FOR "+who)
	switch number := mariadbError(refused); {
	case err != nil || number == "1133" || number == "1141" || number == "1396":
		return Object{}, err
	case refused != "":
		return Object{}, spec.Errorf(spec.Failed, "cannot look at the user %s of MariaDB: %s", who, refused)
	}
	return readMariaDBUser(out).Object(), nil
}

// getMariaDBDatabase gives how a database is, nothing if there is none.
func (r Real) getMariaDBDatabase(ctx context.Context, name string) (Object, error) {
	out, refused, err := r.mariadb(ctx, "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME, "+
		"EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = '"+name+"') OR "+
		"EXISTS (SELECT 1 FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '"+name+"') "+
		"FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '"+name+"'")
	if err == nil && refused != "" {
		err = spec.Errorf(spec.Failed, "cannot look at the database %s of MariaDB: %s", name, refused)
	}
	if err != nil {
		return Object{}, err
	}
	for _, line := range lines(out) {
		if f := strings.Split(line, "\t"); len(f) == 4 && f[0] == name {
			return DatabaseState{Charset: f[1], Collation: f[2], Tables: f[3] == "1"}.Object(), nil
		}
	}
	return Object{}, nil
}
