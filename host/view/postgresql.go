package view

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// UnlessOwner is the content of what is to be where a user of PostgreSQL is: nothing, unless it
// owns something, which stays.
const UnlessOwner = "unless it owns something"

const (
	scramIterations = 4096 // as PostgreSQL has it
	scramSalt       = 16   // bytes
	memberOf        = "MEMBER OF "
)

// PostgreSQLPassword is what PostgreSQL keeps of a password: what it keeps now, if that is of
// the same one. The password is of ASCII.
func PostgreSQLPassword(now, password string) (login, shown string, err error) {
	if parts := strings.FieldsFunc(now, func(r rune) bool { return r == '$' || r == ':' }); len(parts) == 5 {
		iterations, err := strconv.Atoi(parts[1])
		salt, bad := base64.StdEncoding.DecodeString(parts[2])
		if err == nil && bad == nil && iterations > 0 {
			if same, err := scram(password, salt, iterations); err == nil && same == now {
				return now, shownPassword, nil
			}
		}
	}
	salt := make([]byte, scramSalt)
	_, _ = rand.Read(salt) // it never fails
	login, err = scram(password, salt, scramIterations)
	return login, shownPassword, err
}

// scram is a verifier of RFC 5803, as PostgreSQL writes it.
func scram(password string, salt []byte, iterations int) (string, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		return "", spec.Errorf(spec.Failed, "cannot hash a password: %v", err)
	}
	sum := func(text string) []byte {
		h := hmac.New(sha256.New, salted)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	stored := sha256.Sum256(sum("Client Key"))
	base64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, base64(salt), base64(stored[:]), base64(sum("Server Key"))), nil
}

// PostgreSQLPrivilege is an attribute of a role.
func PostgreSQLPrivilege(name string) (string, error) {
	name = strings.ToUpper(name)
	if all := []string{"SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS"}; !slices.Contains(all, name) {
		return "", spec.Errorf(spec.Invalid, "%q is no privilege of PostgreSQL", name).WithHint("one of %s", strings.Join(all, ", "))
	}
	return name, nil
}

// postgresUserQuery has a row with what is kept of the password, and one for each attribute.
func postgresUserQuery(name string) string {
	var all []string
	for _, x := range [][2]string{
		{"NOT rolcanlogin", "'NOLOGIN'"}, {"rolsuper", "'SUPERUSER'"}, {"rolcreatedb", "'CREATEDB'"}, {"rolcreaterole", "'CREATEROLE'"},
		{"rolreplication", "'REPLICATION'"}, {"rolbypassrls", "'BYPASSRLS'"}, {"NOT rolinherit", "'NOINHERIT'"},
		{"rolconnlimit >= 0", "'CONNECTION LIMIT ' || rolconnlimit"}, {"rolvaliduntil IS NOT NULL", "'VALID UNTIL ' || quote_literal(rolvaliduntil)"},
	} {
		all = append(all, "SELECT "+x[1]+" FROM pg_authid WHERE rolname = '"+name+"' AND "+x[0])
	}
	return "SELECT 'is ' || coalesce(rolpassword, '') FROM pg_authid WHERE rolname = '" + name + "';\n" + strings.Join(all, ";\n") + ";\n" +
		"SELECT '" + memberOf + "' || quote_ident(r.rolname) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = '" + name + "'"
}

// readPostgresUser reads those rows, nothing if there is no such user.
func readPostgresUser(out string) Object {
	rows := lines(out)
	if len(rows) == 0 {
		return Object{}
	}
	s := DatabaseUserState{Login: strings.TrimPrefix(rows[0], "is "), Shown: shownPassword}
	if s.Login == "" {
		s.Shown = shownSocket
	}
	if len(rows) > 1 {
		s.Grants = With(nil, Grant{Privileges: rows[1:]})
	}
	return s.Object()
}

// PostgreSQLPeer is how a user logs in that is the one of that name of the host.
func PostgreSQLPeer() (login, shown string) { return "", shownSocket }

// postgresUserChanges are the statements that make a user what it is wanted to be.
func postgresUserChanges(name string, now, want Object) (out []string) {
	who := `"` + name + `"`
	if want.Kind == Nothing {
		return []string{"DROP ROLE IF EXISTS " + who}
	}
	is, as := DatabaseUserOf(now), DatabaseUserOf(want)
	if now.Kind == Nothing {
		is = DatabaseUserState{}
		out = append(out, "CREATE ROLE "+who+" LOGIN")
	}
	if is.Login != as.Login {
		password := "NULL"
		if as.Login != "" {
			password = "'" + as.Login + "'"
		}
		out = append(out, "ALTER ROLE "+who+" PASSWORD "+password)
	}
	has := func(s DatabaseUserState) (all []string) {
		for _, g := range s.Grants {
			all = append(all, g.Privileges...)
		}
		return all
	}
	for _, p := range has(is) {
		if slices.Contains(has(as), p) {
			continue
		}
		role, member := strings.CutPrefix(p, memberOf)
		none, isNone := strings.CutPrefix(p, "NO")
		switch {
		case member:
			out = append(out, "REVOKE "+role+" FROM "+who)
			continue
		case isNone:
			p = none
		case strings.HasPrefix(p, "CONNECTION LIMIT "):
			p = "CONNECTION LIMIT -1"
		case strings.HasPrefix(p, "VALID UNTIL "):
			p = "VALID UNTIL 'infinity'"
		default:
			p = "NO" + p
		}
		out = append(out, "ALTER ROLE "+who+" "+p)
	}
	for _, p := range has(as) {
		if slices.Contains(has(is), p) {
			continue
		}
		if role, member := strings.CutPrefix(p, memberOf); member {
			out = append(out, "GRANT "+role+" TO "+who)
			continue
		}
		out = append(out, "ALTER ROLE "+who+" "+p)
	}
	return out
}

// postgresDatabase is the statement that makes a database what it is wanted to be. Once it is
// there, only its owner can be changed.
func postgresDatabase(name string, now, want Object) string {
	s := DatabaseOf(want)
	switch {
	case want.Kind == Nothing:
		return `DROP DATABASE IF EXISTS "` + name + `"`
	case now.Kind != Nothing:
		return `ALTER DATABASE "` + name + `" OWNER TO "` + s.Owner + `"`
	}
	out := `CREATE DATABASE "` + name + `" TEMPLATE template0`
	if s.Owner != "" {
		out += ` OWNER "` + s.Owner + `"`
	}
	if s.Charset != "" {
		out += " ENCODING '" + s.Charset + "'"
	}
	if s.Collation != "" {
		out += " LC_COLLATE '" + s.Collation + "' LC_CTYPE '" + s.Collation + "'"
	}
	return out
}
