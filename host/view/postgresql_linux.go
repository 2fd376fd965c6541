package view

import (
	"context"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/armonic/armonic/spec"
)

// postgresAccount is who may do everything with PostgreSQL, over its socket.
const postgresAccount = "postgres"

// postgres has the server of this host execute statements in a database, up to the first that
// fails. What it prints are rows, a line each.
func (r Real) postgres(ctx context.Context, database string, statements ...string) (out, refused string, err error) {
	const data = "/var/lib/postgresql"
	servers, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	program := firstThere("/usr/bin/psql")
	if _, err := user.Lookup(postgresAccount); err != nil || len(servers) == 0 || program == "" {
		clusters := data
		if kept, _ := filepath.Glob(data + "/*/*"); len(kept) > 0 {
			clusters = kept[0]
		}
		return "", "", &awayError{service: PostgreSQL, data: clusters, err: spec.Errorf(spec.NotFound, "there is no PostgreSQL on this host").
			WithHint(`install it before: ctx.host.packages("postgresql")`)}
	}
	if r.Run == nil {
		return "", "", spec.Errorf(spec.Unavailable, "cannot run %s here", program)
	}
	res, err := r.Run(ctx, spec.Command{Argv: []string{program, "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database}, User: postgresAccount,
		Env: map[string]string{"PGCONNECT_TIMEOUT": "10"}, Input: strings.Join(statements, ";\n") + ";\n"})
	switch said := postgresSaid(res.Stderr); {
	case err != nil:
		return "", "", err
	case res.Code == 0:
		return res.Stdout, "", nil
	case res.Code == 2 && strings.Contains(said, "authentication failed"):
		return "", "", spec.Errorf(spec.Failed, "PostgreSQL does not let the agent in over its socket: %s", said).
			WithHint("the user postgres has to log in by peer, as it does on Debian: see pg_hba.conf")
	case res.Code == 2 && strings.Contains(said, "connection to server"):
		return "", "", &awayError{service: PostgreSQL, data: data, installed: true, err: spec.Errorf(spec.Unavailable,
			"PostgreSQL does not answer on its socket: %s", said).WithHint(`start it before: ctx.host.service("postgresql", running = True)`)}
	default:
		return res.Stdout, said, nil
	}
}

var postgresVerifier = regexp.MustCompile(`(SCRAM-SHA-256\$|md5)[^\s']+`) // what may be guessed from it is nobody's business

// postgresSaid is what it said, on one line.
func postgresSaid(stderr string) string {
	return postgresVerifier.ReplaceAllString(oneLine(stderr), "…")
}

// getPostgresUser gives how a user is, nothing if there is none.
func (r Real) getPostgresUser(ctx context.Context, name string) (Object, error) {
	out, refused, err := r.postgres(ctx, "postgres", postgresUserQuery(name))
	if err == nil && refused != "" {
		err = spec.Errorf(spec.Failed, "cannot look at the user %s of PostgreSQL: %s", name, refused)
	}
	if err != nil {
		return Object{}, err
	}
	return readPostgresUser(out), nil
}

// putPostgresUser makes, changes or removes a user. One that owns something stays if that is
// said, and may not log in.
func (r Real) putPostgresUser(ctx context.Context, name string, now, o Object) error {
	_, refused, err := r.postgres(ctx, "postgres", postgresUserChanges(name, now, o)...)
	switch {
	case err != nil || refused == "":
		return err
	case o.Kind == Nothing && o.Content == UnlessOwner && strings.Contains(refused, "objects depend on it"):
		if r.Say != nil {
			r.Say("the user " + name + " of PostgreSQL stays: " + refused)
		}
		return nil
	}
	return spec.Errorf(spec.Failed, "cannot change the user %s of PostgreSQL: %s", name, refused)
}

// getPostgresDatabase gives how a database is, nothing if there is none.
func (r Real) getPostgresDatabase(ctx context.Context, name string) (Object, error) {
	out, refused, err := r.postgres(ctx, "postgres",
		"SELECT pg_encoding_to_char(encoding), datcollate, pg_get_userbyid(datdba) FROM pg_database WHERE datname = '"+name+"'")
	var f []string
	if rows := lines(out); len(rows) == 1 {
		f = strings.Split(rows[0], "|")
	}
	if err == nil && refused == "" && len(f) == 3 {
		out, refused, err = r.postgres(ctx, name, `SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace `+
			`WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')`)
	}
	switch {
	case err != nil:
		return Object{}, err
	case refused != "":
		return Object{}, spec.Errorf(spec.Failed, "cannot look at the database %s of PostgreSQL: %s", name, refused)
	case len(f) != 3:
		return Object{}, nil
	}
	return DatabaseState{Charset: f[0], Collation: f[1], Owner: f[2], Tables: strings.TrimSpace(out) == "t"}.Object(), nil
}

// putPostgresDatabase makes, changes or removes a database.
func (r Real) putPostgresDatabase(ctx context.Context, name string, now, o Object) error {
	_, refused, err := r.postgres(ctx, "postgres", postgresDatabase(name, now, o))
	if err == nil && refused != "" {
		err = spec.Errorf(spec.Failed, "cannot change the database %s of PostgreSQL: %s", name, refused)
		if strings.Contains(refused, "being accessed") {
			return spec.AsError(err).WithHint("stop what uses it before")
		}
	}
	return err
}
