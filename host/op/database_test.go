package op_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
)

// databaseSamples are those of operations on database servers.
func databaseSamples() []sample {
	type objects = map[string]string
	const utf8 = "character set utf8mb4, collation utf8mb4_general_ci"
	return []sample{
		{op: "database", args: op.Arguments{"name": "shop"}, objects: objects{}, want: "+ database mariadb/shop (character set utf8mb4, any collation)"},
		{op: "database", args: op.Arguments{"name": "shop", "keep_data": op.False}, objects: objects{},
			want: "+ database mariadb/shop (character set utf8mb4, any collation), to be dropped with its data when that is undone"},
		{op: "database", args: op.Arguments{"name": "shop"}, objects: objects{"database mariadb/shop": "character set latin1, collation latin1_bin, with tables"}},
		{op: "database", args: op.Arguments{"name": "shop", "charset": "utf8mb4"}, objects: objects{"database mariadb/shop": utf8}},
		{op: "database", args: op.Arguments{"name": "shop", "collation": "utf8mb4_bin"}, objects: objects{"database mariadb/shop": utf8 + ", with tables"},
			want: "~ database mariadb/shop (any character set, collation utf8mb4_bin, with tables, was " + utf8 + ", with tables)"},
		{op: "database", args: op.Arguments{"name": "shop", "present": op.False}, objects: objects{}},
		{op: "database", args: op.Arguments{"name": "shop", "present": op.False}, objects: objects{"database mariadb/shop": utf8}, want: "- database mariadb/shop (was " + utf8 + ")"},
		{op: "database", args: op.Arguments{"name": "shop", "present": op.False}, objects: objects{"database mariadb/shop": utf8 + ", with tables"},
			want: "the database mariadb/shop is not empty"},
		{op: "database", args: op.Arguments{"name": "shop", "present": op.False, "keep_data": op.False}, objects: objects{"database mariadb/shop": utf8 + ", with tables"},
			want: "- database mariadb/shop (was " + utf8 + ", with tables) with its data; it cannot be taken back: its data is gone then"},
		{op: "database_user", args: op.Arguments{"name": "shop", "password": "hunter22", "databases": "shop\nmy_wiki", "host": "10.0.%"}, objects: objects{},
			want: "+ database_user mariadb/shop@10.0.% (password; ALL PRIVILEGES ON `my\\_wiki`.*; ALL PRIVILEGES ON `shop`.*)"},
		{op: "database_user", args: op.Arguments{"name": "backup", "privileges": "replication  client\nPROCESS"}, objects: objects{},
			want: "+ database_user mariadb/backup@localhost (the system's user of that name; BINLOG MONITOR, PROCESS ON *.*)"},
		{op: "database_user", args: op.Arguments{"name": "shop", "host": "%"}, objects: objects{}, want: "is new, and without a password anybody at % could be it"},
		{op: "database_user", args: op.Arguments{"name": "shop", "password": "hunter22", "databases": "shop"},
			objects: objects{"database_user mariadb/shop@localhost": "IDENTIFIED BY PASSWORD '*0D5444D6D140CE8232A4FE0DE1919BB9DDFFAB60' REQUIRE SSL\nPROCESS ON *.*\nALL PRIVILEGES ON `shop`.*"}},
		{op: "database_user", args: op.Arguments{"name": "shop", "present": op.False}, objects: objects{}},
		{op: "database", args: op.Arguments{"name": "shop", "server": "postgresql", "owner": "shop"}, objects: objects{"database_user postgresql/shop": ""},
			want: "+ database postgresql/shop (character set UTF8, any collation, owner shop)"},
		{op: "database", args: op.Arguments{"name": "shop", "server": "postgresql", "owner": "shop"}, objects: objects{}, want: "there is no database_user postgresql/shop"},
		{op: "database", args: op.Arguments{"name": "shop", "server": "postgresql", "owner": "postgres"}, objects: objects{"database postgresql/shop": "character set UTF8, collation C.UTF-8, owner shop"},
			want: "~ database postgresql/shop (character set UTF8, collation C.UTF-8, owner postgres, was character set UTF8, collation C.UTF-8, owner shop)"},
		{op: "database", args: op.Arguments{"name": "shop", "server": "postgresql", "charset": "LATIN1"}, objects: objects{"database postgresql/shop": "character set UTF8, collation C.UTF-8, owner shop"},
			want: "which PostgreSQL cannot change"},
		{op: "database_user", args: op.Arguments{"name": "shop", "server": "postgresql", "privileges": "createdb"}, objects: objects{},
			want: "+ database_user postgresql/shop (the system's user of that name; CREATEDB)"},
		{op: "database_user", args: op.Arguments{"name": "shop", "server": "postgresql", "password": "x"},
			objects: objects{"database_user postgresql/shop": "SCRAM-SHA-256$4096:D5HAdaDWQ6/FeaT3ZDSJ6w==$zlT2blXq9AicY/Fe3aDU8wtNGS7NqNkCbx9ItCXA9AY=:Ux9fQtKsUDepK4KeB/HpxVwA4kEVMV4kBgC5wLyCdOg="}},
	}
}

func TestArgumentsOfDatabasesAreChecked(t *testing.T) {
	for _, c := range []struct {
		op, want string
		args     op.Arguments
	}{
		{"database", "is no name of a database", op.Arguments{"name": "a`b"}},
		{"database", "is no name of a database", op.Arguments{"name": ""}},
		{"database", `"oracle" is no server of databases`, op.Arguments{"name": "a", "server": "oracle"}},
		{"database", "is no charset", op.Arguments{"name": "a", "charset": "x; DROP"}},
		{"database", "is no collation", op.Arguments{"name": "a", "collation": "x'"}},
		{"database_user", "is no name of a user", op.Arguments{"name": "a'b"}},
		{"database_user", "is no host of a user", op.Arguments{"name": "a", "host": "%`"}},
		{"database_user", "is no name of a database", op.Arguments{"name": "a", "databases": "*"}},
		{"database_user", "is no privilege of MariaDB", op.Arguments{"name": "a", "privileges": "ALL ON x TO y"}},
		{"database_user", "is no privilege of MariaDB", op.Arguments{"name": "a", "privileges": "SELECT (a)"}},
		{"database_user", "who the agent itself logs in as", op.Arguments{"name": "root", "password": "x"}},
		{"database_user", "who the agent itself logs in as", op.Arguments{"name": "postgres", "present": op.False, "server": "postgresql"}},
		{"database_user", "have an owner", op.Arguments{"name": "a", "databases": "b", "server": "postgresql"}},
		{"database_user", "is no privilege of PostgreSQL", op.Arguments{"name": "a", "privileges": "PROCESS", "server": "postgresql"}},
		{"database_user", "are not of a host", op.Arguments{"name": "a", "host": "%", "server": "postgresql"}},
		{"database_user", "is of ASCII", op.Arguments{"name": "a", "password": "é", "server": "postgresql"}},
		{"database", "have no owner", op.Arguments{"name": "a", "owner": "b"}},
		{"database", "is no name of a user", op.Arguments{"name": "a", "owner": `b"`, "server": "postgresql"}},
	} {
		if got, _, _ := plan(c.op, c.args, view.NewMemory()); !strings.Contains(got, c.want) {
			t.Errorf("%s %v: %s, want %s", c.op, c.args, got, c.want)
		}
	}
}

// Another password of PostgreSQL is a change, whichever salt the one there is now was kept with.
func TestPasswordsOfPostgreSQLUsers(t *testing.T) {
	m := view.NewMemory()
	args := op.Arguments{"name": "shop", "server": "postgresql", "password": "hunter22"}
	_, _, changes := plan("database_user", args, m)
	if len(changes) != 1 || !strings.HasPrefix(changes[0].After.Content, "SCRAM-SHA-256$4096:") || strings.Contains(changes[0].After.Content, "hunter22") {
		t.Fatalf("%+v", changes)
	}
	apply(t, m, changes[0])
	if text, _, _ := plan("database_user", args, m); text != "" {
		t.Errorf("with the same password: %s", text)
	}
	args["password"] = "another1"
	if text, _, _ := plan("database_user", args, m); text != "~ database_user postgresql/shop (another password)" {
		t.Errorf("with another password: %s", text)
	}
}

// Of a password only what the server keeps is in an object, and nobody is shown that. A
// password that is another one is a change; what else the user may do, and how, stays.
func TestPasswordsOfDatabaseUsers(t *testing.T) {
	m := view.NewMemory()
	const key = "database_user mariadb/shop@localhost"
	put(t, m, key, view.Object{Kind: view.DatabaseUser, Target: "password; PROCESS ON *.*",
		Content: "IDENTIFIED BY PASSWORD '*0D5444D6D140CE8232A4FE0DE1919BB9DDFFAB60' REQUIRE SSL ACCOUNT LOCK\nPROCESS ON *.*"})
	text, diff, changes := plan("database_user", op.Arguments{"name": "shop", "password": "another1"}, m)
	if text != "~ "+key+" (another password)" || diff != "" || len(changes) != 1 {
		t.Fatalf("%s\n%s", text, diff)
	}
	want := "IDENTIFIED BY PASSWORD '*3014C7CEBCE5DB06654ACEC481E7081C434DF59D' REQUIRE SSL ACCOUNT LOCK\nPROCESS ON *.*"
	if got := changes[0].After.Content; got != want {
		t.Errorf("%s", got)
	}
	if brief := changes[0].After.Brief(); brief.Content != "" || brief.Digest == "" || strings.Contains(brief.Target, "*30") {
		t.Errorf("%+v", brief)
	}
}
