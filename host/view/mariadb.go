package view

import (
	"crypto/sha1" //nolint:gosec // what MariaDB keeps of a password
	"encoding/hex"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// What MariaDB calls privileges.
const (
	allPrivileges = "ALL PRIVILEGES"
	grantOption   = "GRANT OPTION"
	usage         = "USAGE" // none
	defaultRole   = "DEFAULT ROLE "
	adminOption   = " WITH ADMIN OPTION"
)

// noConditions takes away all that is said of logins beside how.
const noConditions = "REQUIRE NONE WITH MAX_QUERIES_PER_HOUR 0 MAX_UPDATES_PER_HOUR 0 MAX_CONNECTIONS_PER_HOUR 0 MAX_USER_CONNECTIONS 0 " +
	"MAX_STATEMENT_TIME 0 ACCOUNT UNLOCK PASSWORD EXPIRE DEFAULT"

// How a user of MariaDB logs in, in its words and in ours.
const (
	withPassword   = "IDENTIFIED BY PASSWORD '"
	withSocket     = "IDENTIFIED VIA unix_socket"
	shownPassword  = "password"
	shownSocket    = "the system's user of that name"
	shownNothing   = "no password"
	shownOtherwise = "its own way to log in"
)

// Everything is what the privileges of a server as a whole are on.
const Everything = "*.*"

// MariaDBPassword is how a user logs in with a password.
func MariaDBPassword(password string) (login, shown string) {
	once := sha1.Sum([]byte(password)) //nolint:gosec // see above
	twice := sha1.Sum(once[:])         //nolint:gosec // see above
	return withPassword + "*" + strings.ToUpper(hex.EncodeToString(twice[:])) + "'", shownPassword
}

// MariaDBSocket is how a user logs in that is the one of that name of the host.
func MariaDBSocket() (login, shown string) { return withSocket, shownSocket }

// MariaDBLogin is how a user logs in otherwise from now on; what else is said of its logins,
// such as REQUIRE SSL, stays.
func MariaDBLogin(now, login string) string {
	_, rest := cutLogin(now)
	return login + rest
}

// MariaDBOnDatabase is all of a database, as privileges have it.
func MariaDBOnDatabase(name string) string {
	return "`" + strings.NewReplacer("_", `\_`, "%", `\%`).Replace(name) + "`.*"
}

// MariaDBPrivilege is the name that the server itself has for a privilege.
func MariaDBPrivilege(name string) (string, error) {
	words := strings.Fields(strings.ToUpper(name))
	name = strings.Join(words, " ")
	noWord := func(w string) bool { return w == "ON" || w == "TO" || w == usage }
	if name == "" || slices.ContainsFunc(words, noWord) || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") != "" {
		return "", spec.Errorf(spec.Invalid, "%q is no privilege of MariaDB", name).WithHint("such as REPLICATION SLAVE or PROCESS; SHOW PRIVILEGES lists them")
	}
	switch name {
	case "ALL":
		return allPrivileges, nil
	case "REPLICATION CLIENT":
		return "BINLOG MONITOR", nil
	case "REPLICATION REPLICA":
		return "REPLICATION SLAVE", nil
	case "REPLICATION REPLICA ADMIN":
		return "REPLICATION SLAVE ADMIN", nil
	case "REPLICA MONITOR":
		return "SLAVE MONITOR", nil
	case "DELETE VERSIONING ROWS":
		return "DELETE HISTORY", nil
	}
	return name, nil
}

// cutLogin splits how a user logs in from what else is said of its logins.
func cutLogin(s string) (login, rest string) {
	at := len(s)
	for _, word := range []string{" REQUIRE ", " WITH ", " ACCOUNT ", " PASSWORD EXPIRE"} {
		if parts := splitOutside(" "+s, word); len(parts) > 1 { // so that it may be at the start
			at = min(at, max(0, len(parts[0])-1))
		}
	}
	return s[:at], s[at:]
}

// readMariaDBUser reads what SHOW CREATE USER and SHOW GRANTS print.
func readMariaDBUser(out string) DatabaseUserState {
	var s DatabaseUserState
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if created, ok := strings.CutPrefix(line, "CREATE USER "); ok {
			if _, login, found := cutOutside(created, " "); found {
				s.Login = login
			}
			continue
		}
		if role, ok := strings.CutPrefix(line, "SET "+defaultRole); ok {
			role, _, _ = cutOutside(role, " FOR ")
			s.Grants = With(s.Grants, Grant{Privileges: []string{defaultRole + role}})
			continue
		}
		what, to, found := cutOutside(strings.TrimPrefix(line, "GRANT "), " TO ")
		if !found {
			continue
		}
		g := grantOf(what)
		if g.On == "" && len(splitOutside(to, adminOption)) > 1 {
			g.Privileges[0] += adminOption
		}
		if g.On != "" && len(splitOutside(to, " "+grantOption)) > 1 {
			g.Privileges = append(g.Privileges, grantOption)
		}
		g.Privileges = slices.DeleteFunc(g.Privileges, func(p string) bool { return p == usage })
		if len(g.Privileges) > 0 {
			s.Grants = With(s.Grants, g)
		}
	}
	login, rest := cutLogin(s.Login)
	if hash, ok := strings.CutPrefix(login, "IDENTIFIED VIA mysql_native_password USING '"); ok && !strings.Contains(hash, " ") {
		login = withPassword + hash
		s.Login = login + rest
	}
	switch {
	case strings.HasPrefix(login, withPassword):
		s.Shown = shownPassword
	case login == withSocket:
		s.Shown = shownSocket
	case login == "":
		s.Shown = shownNothing
	default:
		s.Shown = shownOtherwise
	}
	return s
}

func cutOutside(s, separator string) (before, after string, found bool) {
	parts := splitOutside(s, separator)
	if len(parts) == 1 {
		return s, "", false
	}
	return parts[0], s[len(parts[0])+len(separator):], true
}

// mariadbUser is the name of a user in statements. Nothing that its key allows ends the quotes.
func mariadbUser(name, host string) string { return "`" + name + "`@`" + host + "`" }

// mariadbUserChanges are the statements that make a user what it is wanted to be.
func mariadbUserChanges(who string, now, want Object) (out []string) {
	if want.Kind == Nothing {
		return []string{"DROP USER IF EXISTS " + who}
	}
	is, as := DatabaseUserOf(now), DatabaseUserOf(want)
	switch {
	case now.Kind == Nothing:
		is = DatabaseUserState{}
		out = append(out, "CREATE USER "+who+" "+as.Login)
	case is.Login != as.Login:
		login, rest := cutLogin(as.Login)
		if _, was := cutLogin(is.Login); was != rest && was != "" {
			out = append(out, "ALTER USER "+who+" "+noConditions)
		}
		if login == "" {
			login = withPassword + "' "
		}
		out = append(out, strings.TrimSuffix("ALTER USER "+who+" "+login+rest, " "))
	}
	all := map[string][2][]string{} // by what it is on: what there is, what is wanted
	var on []string
	for i, grants := range [][]Grant{is.Grants, as.Grants} {
		for _, g := range grants {
			both := all[g.On]
			both[i] = g.Privileges
			all[g.On] = both
			on = append(on, g.On)
		}
	}
	slices.Sort(on)
	for _, o := range slices.Compact(on) {
		out = append(out, mariadbGrants(who, o, all[o][0], all[o][1])...)
	}
	return out
}

// mariadbGrants are the statements that change what a user may do with something.
func mariadbGrants(who, on string, is, want []string) (out []string) {
	extra := slices.DeleteFunc(slices.Clone(is), func(p string) bool { return slices.Contains(want, p) })
	missing := slices.DeleteFunc(slices.Clone(want), func(p string) bool { return slices.Contains(is, p) })
	if on == "" { // roles; the default one is one of them
		for _, p := range extra {
			if strings.HasPrefix(p, defaultRole) {
				out = append(out, "SET DEFAULT ROLE NONE FOR "+who)
				continue
			}
			out = append(out, "REVOKE "+strings.TrimSuffix(p, adminOption)+" FROM "+who)
		}
		for _, later := range []bool{false, true} {
			for _, p := range missing {
				role, is := strings.CutPrefix(p, defaultRole)
				switch {
				case is && later:
					out = append(out, "SET DEFAULT ROLE "+role+" FOR "+who)
				case !is && !later:
					role, admin := strings.CutSuffix(p, adminOption)
					grant := "GRANT " + role + " TO " + who
					if admin {
						grant += adminOption
					}
					out = append(out, grant)
				}
			}
		}
		return out
	}
	if slices.Contains(is, allPrivileges) && !slices.Contains(want, allPrivileges) { // no privilege alone can be taken away from all
		out = append(out, "REVOKE "+allPrivileges+" ON "+on+" FROM "+who)
		missing = slices.Clone(want)
		extra = slices.DeleteFunc(extra, func(p string) bool { return p == allPrivileges })
	}
	if slices.Contains(want, allPrivileges) { // the others are among them
		extra = slices.DeleteFunc(extra, func(p string) bool { return p != grantOption })
	}
	for _, p := range extra {
		out = append(out, "REVOKE "+p+" ON "+on+" FROM "+who)
	}
	if len(missing) == 0 {
		return out
	}
	with := ""
	if slices.Contains(missing, grantOption) {
		with = " WITH " + grantOption
		if missing = slices.DeleteFunc(missing, func(p string) bool { return p == grantOption }); len(missing) == 0 {
			missing = []string{usage}
		}
	}
	return append(out, "GRANT "+strings.Join(missing, ", ")+" ON "+on+" TO "+who+with)
}

// mariadbDatabase is the statement that makes a database what it is wanted to be.
func mariadbDatabase(name string, now, want Object) string {
	if want.Kind == Nothing {
		return "DROP DATABASE IF EXISTS `" + name + "`"
	}
	verb := "CREATE DATABASE `"
	if now.Kind != Nothing {
		verb = "ALTER DATABASE `"
	}
	out, s := verb+name+"`", DatabaseOf(want)
	if s.Charset != "" {
		out += " CHARACTER SET " + s.Charset
	}
	if s.Collation != "" {
		out += " COLLATE " + s.Collation
	}
	return out
}
