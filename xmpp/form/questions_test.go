package form_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
)

func variable(name string, kind spec.TypeKind, standard any) spec.Variable {
	return spec.Variable{Name: name, Type: spec.Type{Kind: kind}, Default: standard}
}

// route asks for one of everything.
func route() spec.Route {
	list := variable("aliases", spec.KindList, []any{"a", "b"})
	list.Optional = true
	mode := variable("mode", spec.KindStr, "fast")
	mode.OneOf = []any{"fast", "slow"}
	level := variable("level", spec.KindInt, nil)
	level.OneOf, level.Optional = []any{1, 2}, true
	return spec.Route{Lifecycle: "Web", From: []string{"Off"}, Steps: []spec.Step{
		{Action: spec.Enter, State: "Installed"},
		{Action: spec.Enter, State: "Configured", Requires: []spec.Require{
			{Name: "conf", Label: "Settings", Vars: []spec.Variable{
				variable("port", spec.KindPort, 80), variable("name", spec.KindStr, nil), variable("password", spec.KindPassword, value.Secret("standard secret")),
				variable("tls", spec.KindBool, true), list, mode, level, variable("me", spec.KindThisHost, nil)}},
			{Name: "user", Nargs: spec.Nargs{Min: 1, Max: 9}, Vars: []spec.Variable{variable("login", spec.KindStr, nil), variable("admin", spec.KindBool, false)}},
		}},
		{Action: spec.Call, State: "Active", Provide: "start", Requires: []spec.Require{
			{Name: "db", Kind: spec.External, Pattern: "//Database//start", Args: []spec.Variable{variable("name", spec.KindStr, "web")}, Returns: []spec.Variable{variable("url", spec.KindURL, nil)}},
		}},
	}}
}

func TestQuestions(t *testing.T) {
	q, err := form.Of(route())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range q.Fields(form.Values{"Configured/enter/conf/password": {"hunter2222"}, "Configured/enter/conf/name": {"x"}}) {
		line := f.Type + " " + f.Name + " = " + strings.Join(f.Values, ",")
		for _, o := range f.Options {
			line += " [" + o.Label + o.Value + "]"
		}
		if f.Required {
			line += " required"
		}
		if f.Help != "" {
			line += " (" + f.Help + ")"
		}
		got = append(got, line)
	}
	want := `fixed  = enter Configured: conf (Settings)
text-single Configured/enter/conf/port = 80
text-single Configured/enter/conf/name = x required
text-private Configured/enter/conf/password =  (It was given; leave it empty to keep it.)
boolean Configured/enter/conf/tls = 1
text-multi Configured/enter/conf/aliases = a,b
list-single Configured/enter/conf/mode = fast [fast] [slow]
list-single Configured/enter/conf/level =  [not given] [1] [2]
fixed  = enter Configured: user
text-single Configured/enter/user/login =  required
boolean Configured/enter/user/admin = 0
fixed  = enter Configured: user, number 2, may be left out
text-single Configured/enter/user[1]/login = 
list-single Configured/enter/user[1]/admin =  [not given] [yes1] [no0]
fixed  = enter Configured: user, number 3, may be left out
text-single Configured/enter/user[2]/login = 
list-single Configured/enter/user[2]/admin =  [not given] [yes1] [no0]
fixed  = enter Configured: user, number 4, may be left out
text-single Configured/enter/user[3]/login = 
list-single Configured/enter/user[3]/admin =  [not given] [yes1] [no0]
fixed  = call Active.start: db, what //Database//start takes and returns
text-single Active/start/db/host =  required
text-single Active/start/db/name = web
text-single Active/start/db/url =  required`
	if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
		t.Errorf("the form differs (-want +got):\n%s", diff)
	}
	all := form.Form{Type: form.Ask, Fields: q.Fields(form.Values{"Configured/enter/conf/password": {"hunter2222"}})}.Element().String()
	for _, secret := range []string{"hunter2222", "standard secret", "•••"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in the form", secret)
		}
	}
}

func TestSteps(t *testing.T) {
	q, err := form.Of(route())
	if err != nil {
		t.Fatal(err)
	}
	const c, s = "Configured/enter/", "Active/start/"
	for name, tt := range map[string]struct {
		given form.Values
		conf  spec.Set
		users []spec.Set
		db    spec.Set
		wrong []form.Wrong
	}{
		"nothing is filled in": {conf: spec.Set{}, users: []spec.Set{{}}, db: spec.Set{}},
		"as clients do it": {
			given: form.Values{c + "conf/port": {"8080"}, c + "conf/name": {"w"}, c + "conf/password": {"hunter2222"}, c + "conf/tls": {"0"},
				c + "conf/aliases": {"x", "", "y"}, c + "conf/mode": {"slow"}, c + "conf/level": {"2"}, c + "user/login": {"ann"}, c + "user/admin": {"true"},
				c + "user[1]/login": {""}, c + "user[1]/admin": {""}, c + "user[2]/login": {"bob"}, c + "user[2]/admin": {"1"}, c + "user[3]/admin": {},
				s + "db/host": {"db1"}, s + "db/name": {"web"}, s + "db/url": {"http://db1"}, "FORM_TYPE": {"x"}},
			conf:  spec.Set{"port": 8080, "name": "w", "password": value.Secret("hunter2222"), "tls": false, "aliases": []any{"x", "y"}, "mode": "slow", "level": 2},
			users: []spec.Set{{"login": "ann", "admin": true}, {"login": "bob", "admin": true}},
			db:    spec.Set{"host": "db1", "name": "web", "url": "http://db1"},
		},
		"what has a default is cleared": {
			given: form.Values{c + "conf/port": {""}, c + "conf/aliases": {}, c + "conf/password": {""}, c + "conf/name": {""}},
			conf:  spec.Set{"aliases": nil}, users: []spec.Set{{}}, db: spec.Set{},
			wrong: []form.Wrong{{c + "conf/port", "port is required"}},
		},
		"what is wrong": {
			given: form.Values{c + "conf/port": {"eighty"}, c + "conf/tls": {"perhaps"}, c + "conf/mode": {"medium"}, c + "conf/password": {"short"}, "conf/prot": {"1"}},
			conf:  spec.Set{}, users: []spec.Set{{}}, db: spec.Set{},
			wrong: []form.Wrong{{"conf/prot", "nothing that is asked is called so"},
				{c + "conf/port", `port must be a whole number, is "eighty"`},
				{c + "conf/password", "password is too short: it needs at least 6 characters"},
				{c + "conf/tls", `tls must be yes or no, is "perhaps"`},
				{c + "conf/mode", `mode must be one of fast, slow, is "medium"`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			steps, wrong := q.Steps(tt.given)
			if diff := cmp.Diff(tt.wrong, wrong); diff != "" {
				t.Errorf("what is wrong differs (-want +got):\n%s", diff)
			}
			want := []spec.Step{
				{Action: spec.Enter, State: "Installed"},
				{Action: spec.Enter, State: "Configured", Inputs: spec.Inputs{"conf": {tt.conf}, "user": tt.users}},
				{Action: spec.Call, State: "Active", Provide: "start", Inputs: spec.Inputs{"db": {tt.db}}},
			}
			if diff := cmp.Diff(want, steps); diff != "" {
				t.Errorf("the steps differ (-want +got):\n%s", diff)
			}
		})
	}
	given := form.Values{c + "user/login": {"ann"}, c + "user[2]/login": {"bob"}}
	for path, want := range map[spec.Path]string{
		"/web1/Web/Configured/enter/user[1]/login": c + "user[2]/login", // sets that were left out do not count
		"/web1/Web/Configured/enter/user/admin":    c + "user/admin",
		"/web1/Web/Configured/enter/user[2]/login": "",
		"/web1/Web/Configured/enter/user":          "",
		"/web1/Web/Active/start/db/url":            s + "db/url",
		"":                                         "",
	} {
		if got := q.Field(path, given); got != want {
			t.Errorf("%s is the field %q, want %q", path, got, want)
		}
	}
	// a secret that was given stays unless another one is; nothing else does
	given = q.Merge(form.Values{c + "conf/password": {"first one"}, c + "conf/name": {"x"}, c + "conf/port": {"many"}, "conf/prot": {"1"}},
		form.Values{c + "conf/password": {""}, c + "conf/name": {""}})
	if diff := cmp.Diff(form.Values{c + "conf/password": {"first one"}, c + "conf/name": {""}}, given); diff != "" {
		t.Errorf("together it is (-want +got):\n%s", diff)
	}
}

func TestTooManyQuestions(t *testing.T) {
	r := route()
	r.Steps[1].Requires[1].Nargs = spec.Nargs{Min: 90000, Max: 90000}
	if _, err := form.Of(r); spec.KindOf(err) != spec.Invalid {
		t.Errorf("it is asked: %v", err)
	}
}

func field(name string, values ...string) *session.Element {
	e := session.New(form.Namespace, "field", "var", name)
	for _, v := range values {
		e.Add(session.New(form.Namespace, "value").WithText(v))
	}
	return e
}

func TestRead(t *testing.T) {
	x := func(typ string, kids ...*session.Element) *session.Element {
		return session.New(form.Namespace, "x", "type", typ).Add(kids...)
	}
	many := make([]*session.Element, 3000)
	for i := range many {
		many[i] = field(strings.Repeat("x", i))
	}
	for name, tt := range map[string]struct {
		x    *session.Element
		want form.Values
		err  string
	}{
		"none":             {nil, form.Values{}, ""},
		"values":           {x("submit", field("a", "1"), field("b"), field("c", "x", "y")), form.Values{"a": {"1"}, "b": nil, "c": {"x", "y"}}, ""},
		"what is no field": {x("submit", session.New("other", "field", "var", "a"), session.New(form.Namespace, "title"), field("")), form.Values{}, ""},
		"not filled in":    {x("form", field("a", "1")), nil, "not filled in"},
		"twice":            {x("submit", field("a", "1"), field("a", "2")), nil, "twice"},
		"many fields":      {x("submit", many...), nil, "too large"},
		"many values":      {x("submit", field("a", make([]string, 20_000)...)), nil, "too large"},
		"a large value":    {x("submit", field("a", strings.Repeat("x", 200_000))), nil, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := form.Read(tt.x)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || spec.KindOf(err) != spec.Invalid) {
				t.Errorf("the error is %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("it is (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is filled in, it is read or refused, and what is not wrong has its type.
func FuzzSteps(f *testing.F) {
	f.Add("Configured/enter/conf/port", "8080", "Configured/enter/user[1]/admin", "1", "submit")
	f.Add("Configured/enter/conf/password", "[1,{}]", "Configured/enter/conf/aliases", "\x00", "")
	f.Add("Active/start/db/url", "::", "FORM_TYPE", "", "cancel")
	q, err := form.Of(route())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name1, value1, name2, value2, typ string) {
		given, err := form.Read(session.New(form.Namespace, "x", "type", typ).Add(field(name1, value1, value2), field(name2, value2)))
		if err != nil {
			return
		}
		steps, wrong := q.Steps(q.Merge(nil, given))
		if len(steps) != 3 {
			t.Fatalf("there are %d steps", len(steps))
		}
		for _, w := range wrong {
			if w.Msg == "" {
				t.Errorf("what is wrong with %q is not said", w.Field)
			}
		}
		for _, x := range steps[1].Inputs["conf"] {
			if p, ok := x["password"]; ok {
				if _, secret := p.(value.Secret); !secret {
					t.Errorf("the password is a %T", p)
				}
			}
			if p, ok := x["port"]; ok {
				if _, number := p.(int); !number {
					t.Errorf("the port is a %T", p)
				}
			}
		}
	})
}
