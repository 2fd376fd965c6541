package view

import (
	"context"
	"os"
	"time"

	"github.com/armonic/armonic/spec"
)

// databaseTime is how long a database server may take to say what it has.
const databaseTime = time.Minute

// getDatabase gives how a database, or a user of a server, is.
func (r Real) getDatabase(key string) (Object, error) {
	server, name, host, err := databaseOfKey(key)
	if err != nil {
		return Object{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), databaseTime)
	defer cancel()
	switch isUser := spec.KindOfKey(key) == DatabaseUser; {
	case server == PostgreSQL && isUser:
		return r.getPostgresUser(ctx, name)
	case server == PostgreSQL:
		return r.getPostgresDatabase(ctx, name)
	case isUser:
		return r.getMariaDBUser(ctx, name, host)
	}
	return r.getMariaDBDatabase(ctx, name)
}

// putDatabase makes, changes or removes a database, or a user of a server. A database that is
// not empty is removed only if that is said.
func (r Real) putDatabase(ctx context.Context, key string, o Object) error {
	server, name, host, err := databaseOfKey(key)
	if err != nil {
		return err
	}
	now, err := r.getDatabase(key)
	if err != nil || now.Kind == Nothing && o.Kind == Nothing || now.Kind == o.Kind && Same(o, now) {
		return err
	}
	isUser := spec.KindOfKey(key) == DatabaseUser
	if o.Kind == Nothing && !isUser && o.Content != WithData && DatabaseOf(now).Tables {
		return hasTables(key)
	}
	switch {
	case server == PostgreSQL && isUser:
		return r.putPostgresUser(ctx, name, now, o)
	case server == PostgreSQL:
		return r.putPostgresDatabase(ctx, name, now, o)
	case isUser:
		return r.mariadbChange(ctx, key, mariadbUserChanges(mariadbUser(name, host), now, o)...)
	}
	return r.mariadbChange(ctx, key, mariadbDatabase(name, now, o))
}

func hasTables(key string) error {
	return spec.Errorf(spec.Conflict, "the %s is not empty", key).WithHint("keep_data = False drops it with its data")
}

// firstThere is the first of some paths at which something is, "" if there is none.
func firstThere(paths ...string) string {
	for _, p := range paths {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return ""
}
